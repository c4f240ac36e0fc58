"""The ECS control plane: tasks, and one scheduler for each service that reconciles them with the desired state."""
