"""What makes local endpoints convenient from day to day.

embedding        local endpoints in Python code
running_servers  which servers run, in files of the user's
detached         starts a server in the background, and stops one
shell_variables  variables as commands of a shell, and the commands that restore the old values
reloading        a model folder that is loaded again when its files change
request_log      a request and its response as one line
model_output     what models print, with the endpoint's name before each line
"""
