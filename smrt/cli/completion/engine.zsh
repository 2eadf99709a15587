#compdef smrt
# Completion of smrt for zsh, made from smrt's own tables by `make generate`.
#
# An option's TAB starts no process. Endpoint names come from a list that `smrt complete
# endpoint-names` writes; it is asked anew when the list is older than ten minutes.

@TABLES@
_smrt() {
  local curcontext=$curcontext state smrt=$words[1] cut=${words[(i)--]} ret=1
  local profile=${AWS_PROFILE-${AWS_DEFAULT_PROFILE-}} region=${AWS_REGION-${AWS_DEFAULT_REGION-}}
  local -a line
  local -A opt_args
  if (( cut < CURRENT )) && [[ "${words[(r)local]} ${words[(r)run]}" == 'local run' ]]; then
    shift $cut words
    (( CURRENT -= cut ))
    _normal
    return
  fi
  _smrt_settings
  _arguments -C -A '-*' $_smrt_anywhere '1: :_smrt_commands' '*:: :->rest' && ret=0
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

# The profile and the region that the line names, for the list of endpoints.
_smrt_settings() {
  local i
  for (( i = 2; i < CURRENT; i++ )); do
    case $words[i] in
      --profile) profile=$words[i+1] ;;
      --profile=*) profile=${words[i]#*=} ;;
      --region) region=$words[i+1] ;;
      --region=*) region=${words[i]#*=} ;;
    esac
  done
}

# A group of commands: `_arguments` for what stands below it.
_smrt_group() {
  local state
  local -a line
  _arguments -C -A '-*' '(-h --help)'{-h,--help}'[Show this help.]' "1: :$2" '*:: :->rest'
  [[ $state == rest ]] && _smrt_arguments "$1"
}

# Text that may come out of a file.
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
  local -aU found
  for file in "${AWS_CONFIG_FILE:-$HOME/.aws/config}" \
    "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}"; do
    [[ -r $file ]] || continue
    while read -r line || [[ -n $line ]]; do
      case $line in
        '[sso-session'*|'[services'*|'[plugins]'*) continue ;;
        '['*']'*) line=${${line#\[}%%\]*} ;;
        *) continue ;;
      esac
      found+=("${${${line#profile }#\"}%\"}")
    done <$file
  done
  compadd -a found
}

_smrt_endpoints() {
  if compset -P 'file(b|)://'; then
    _files
    return
  fi
  zmodload zsh/datetime
  local file written=0
  local -a names
  file=${XDG_CACHE_HOME:-$HOME/.cache}/smrt/endpoint-names
  file+=/${profile//[^A-Za-z0-9._-]/_}@${region//[^A-Za-z0-9._-]/_}
  [[ ! -r $file ]] || read -r written <$file
  if [[ $written != <-> ]] || (( EPOCHSECONDS - written >= 600 )); then
    ${~smrt} complete endpoint-names ${profile:+--profile} ${profile:+$profile} \
      ${region:+--region} ${region:+$region} </dev/null >/dev/null 2>&1
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
