#compdef smrt
# Completion of smrt for zsh, generated from smrt's tables by `make generate`.
#
# Completing an option starts no process. Endpoint names come from a file that `smrt complete
# endpoint-names` writes; it runs again when the file is ten minutes old. After a failure, smrt dates
# the file back, so that this is some seconds later.

@TABLES@
_smrt() {
  local curcontext=$curcontext state smrt=$words[1] separator=${words[(i)--]} ret=1
  local profile=${AWS_PROFILE-${AWS_DEFAULT_PROFILE-}} region=${AWS_REGION-${AWS_DEFAULT_REGION-}}
  local url=${AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME-${AWS_ENDPOINT_URL-}} url_option=
  local -a line
  local -A opt_args
  if (( separator < CURRENT )) && [[ "${words[(r)local]} ${words[(r)run]}" == 'local run' ]]; then
    shift $separator words
    (( CURRENT -= separator ))
    _normal
    return
  fi
  _smrt_read_settings
  _arguments -C -A '-*' $_smrt_global_options '1: :_smrt_commands' '*:: :->rest' && ret=0
  [[ $state == rest ]] || return ret
  if [[ $words[1] == sagemaker-runtime ]]; then
    shift words
    (( CURRENT-- ))
  fi
  if (( CURRENT == 1 )); then
    _smrt_commands
    return
  fi
  _smrt_arguments smrt
}

# Read the profile, the Region and the endpoint URL from the line, for the list of endpoints.
_smrt_read_settings() {
  local i
  for (( i = 2; i < CURRENT; i++ )); do
    case $words[i] in
      --profile) profile=$words[i+1] ;;
      --profile=*) profile=${words[i]#*=} ;;
      --region) region=$words[i+1] ;;
      --region=*) region=${words[i]#*=} ;;
      --endpoint-url) url_option=$words[i+1] ;;
      --endpoint-url=*) url_option=${words[i]#*=} ;;
    esac
  done
}

# Complete a command of the group $1, and its arguments.
_smrt_group() {
  local state
  local -a line
  _arguments -C -A '-*' '(-h --help)'{-h,--help}'[Show this help.]' "1: :$2" '*:: :->rest'
  [[ $state == rest ]] && _smrt_arguments "$1"
}

# Complete text that a file can contain.
_smrt_text() {
  if compset -P 'file(b|)://'; then
    _files
  else
    _message -e values "$1"
  fi
}

_smrt_input() {
  if compset -P 'file(b|)://'; then
    _files
  else
    compadd -S '' -- file:// fileb://
    compadd -- -
  fi
}

# Complete @FILE and @-.
_smrt_data() {
  if ! compset -P @; then
    compadd -S '' -- @
  else
    [[ -n $PREFIX ]] || compadd -- -
    _files
  fi
}

_smrt_types() {
  if compset -P 'file(b|)://'; then
    _files
  else
    compadd -a _smrt_mime_types
  fi
}

_smrt_models() {
  if compset -P '*='; then
    _files -/
  else
    _message -e values 'NAME=FOLDER'
  fi
}

_smrt_profiles() {
  local file line
  local -aU names
  for file in "${AWS_CONFIG_FILE:-$HOME/.aws/config}" \
    "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}"; do
    [[ -r $file ]] || continue
    while read -r line || [[ -n $line ]]; do
      case $line in
        '[sso-session'*|'[services'*|'[plugins]'*) continue ;;
        '['*']'*) line=${${line#\[}%%\]*} ;;
        *) continue ;;
      esac
      names+=("${${${line#profile }#\"}%\"}")
    done <$file
  done
  compadd -a names
}

_smrt_endpoints() {
  if compset -P 'file(b|)://'; then
    _files
    return
  fi
  zmodload zsh/datetime
  local file written_at=0
  local -a names
  file=${XDG_CACHE_HOME:-$HOME/.cache}/smrt/endpoint-names
  file+=/${profile//[^A-Za-z0-9._-]/_}@${region//[^A-Za-z0-9._-]/_}
  url=${${url_option:-$url}##*@}
  [[ -z $url ]] || file+=@${url//[^A-Za-z0-9._-]/_}
  [[ ! -r $file ]] || read -r written_at <$file
  if [[ $written_at != <-> ]] || (( EPOCHSECONDS - written_at >= 600 )); then
    ${~smrt} complete endpoint-names ${profile:+--profile} ${profile:+$profile} \
      ${region:+--region} ${region:+$region} \
      ${url_option:+--endpoint-url} ${url_option:+$url_option} </dev/null >/dev/null 2>&1
  fi
  [[ -r $file ]] || return
  local name
  while read -r name; do
    [[ $name == <-> ]] || names+=("$name")
  done <$file
  compadd -a names
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _smrt "$@"
else
  compdef _smrt smrt
fi
