"""SageMaker's container contract as checks: a container that passes them, SageMaker can serve.

contract          what is checked, the limits, and AWS's pages
check_result      the outcome of one check
timed_exchange    a request to the container and its response, with their times
http_checks       the checks of /ping and /invocations
websocket_check   the check of the WebSocket for bidirectional streams
checked_process   a container that smrt starts, and how it ends
folder_container  a model folder as a container
contract_run      runs all checks
check_report      the results as text and as JSON

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""
