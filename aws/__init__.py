"""Facts about AWS: ARNs, regions, Fargate sizes, image references, colours, trust policies.

Pure functions and values. The package imports nothing else of this project, so everything else may import it.
"""
