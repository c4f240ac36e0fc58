"""Apache Airflow in the layers: secrets and storage in the data layer, everything that runs in the service layer."""
