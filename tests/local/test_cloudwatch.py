def test_a_composite_alarm_is_stored_with_its_rule(client):
    cloudwatch = client("cloudwatch")
    cloudwatch.put_composite_alarm(
        AlarmName="any", AlarmRule='ALARM("errors") OR ALARM("latency")', AlarmDescription="why", ActionsEnabled=True
    )

    result = cloudwatch.describe_alarms(AlarmNames=["any"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert [(alarm["AlarmRule"], alarm["AlarmDescription"]) for alarm in result] == [
        ('ALARM("errors") OR ALARM("latency")', "why")
    ]
