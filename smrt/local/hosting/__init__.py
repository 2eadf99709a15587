"""What SageMaker puts between an endpoint and its models.

hosted_name   NAME, NAME/COMPONENT and NAME:VARIANT@WEIGHT
combination   the endpoint in front of several models
variants      production variants, chosen by weight
components    inference components, chosen by name
single_model  a model that no call can choose by its archive
multi_model   a folder of archives, each loaded on first use
model_archive extracts an archive safely
cold_start    a model that is not ready until some time after its first call
"""
