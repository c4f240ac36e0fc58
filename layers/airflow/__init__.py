"""Apache Airflow in the layers: secrets and storage in the data layer, what runs in the service layer."""
