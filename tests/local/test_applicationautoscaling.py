def test_a_scalable_target_keeps_its_tags(client):
    ecs, scaling = client("ecs"), client("application-autoscaling")
    ecs.create_cluster(clusterName="scaled")
    ecs.register_task_definition(
        family="scaled", containerDefinitions=[{"name": "web", "image": "web:1", "memory": 512}]
    )
    ecs.create_service(cluster="scaled", serviceName="web", taskDefinition="scaled", desiredCount=1)
    arn = scaling.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId="service/scaled/web",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=4,
        Tags={"Project": "windlass", "Layer": "service"},
    )["ScalableTargetARN"]
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"Project": "windlass", "Layer": "service"}

    scaling.tag_resource(ResourceARN=arn, Tags={"Colour": "blue"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["Layer"])

    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"Project": "windlass", "Colour": "blue"}
