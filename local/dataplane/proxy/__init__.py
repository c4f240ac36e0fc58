"""The load balancer: Envoy, its configuration, its certificates, and the health of its targets."""
