"""What AWS's containers do where a script defines no handler: the toolkit's, and three frameworks'.

framework     the defaults of a container
selection     a model and its script -> the container that would serve them
pytorch       PyTorch's, under no_grad
scikit_learn  scikit-learn's
boosting      XGBoost's, for a Booster
recordio      RecordIO-protobuf, which it reads
image_modules hints for modules that only an image has
"""
