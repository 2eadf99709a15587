"""An endpoint on this machine: SageMaker's runtime API on loopback, in front of models.

endpoints   NAME=FOLDER, NAME=URL -> the endpoints
server      the socket: one thread per connection, HTTP by h11
service     a request -> its response, as the SageMaker runtime answers
loopback    does the request come from a client on this host?
signature   is the request signed, and rightly?
endpoint    what answers a call; `echo`, the simplest one
model       a folder with an inference.py as an endpoint
toolkit     how the handlers of an inference.py are called
container   a running container as an endpoint
asynchronous        queues, and what is left in S3
asynchronous_checks what the service refuses of an asynchronous call
storage     an S3 on loopback
moto_s3         a request -> its response, as moto's S3 answers
s3_signature    is the request signed for S3, and rightly?
s3_signature_v2 the same for presigned URLs of boto3's older kind
media       what the handlers' defaults read and write
environment the variables that lead AWS clients here
"""
