# Completion of smrt for bash, generated from smrt's tables by `make generate`.
#
# Completing an option starts no process. Endpoint names come from a file that `smrt complete
# endpoint-names` writes; it runs again when the file is ten minutes old. After a failure, smrt dates
# the file back, so that this is some seconds later.

@TABLES@
_smrt() {
  local words cur command option used profile region url url_option ended
  local subcommands flags kind positional repeated
  local IFS=$' \t\n'
  COMPREPLY=()
  _smrt_read_line
  _smrt_read_words
  if [[ -n $option && ! ( $kind == '['* && $cur == -* ) ]]; then
    _smrt_value "$kind" '' "$cur"
  elif [[ -n $ended ]]; then
    _smrt_files "$cur"
  elif [[ $cur == --*=* ]]; then
    _smrt_table "$command" "${cur%%=*}"
    [[ -z $kind ]] || _smrt_value "$kind" "${cur%%=*}=" "${cur#*=}"
  elif [[ $cur == -* || ( -z $cur && -z $subcommands && $positional != *' '* ) ]]; then
    _smrt_flags
  elif [[ -n $subcommands ]]; then
    _smrt_add "$subcommands" '' "$cur"
  else
    _smrt_value "$positional" '' "$cur"
  fi
  _smrt_remove_prefix
}

# Set `words` to the arguments of the command, and `cur` to the last: bash also splits at :, = and @.
_smrt_read_line() {
  local rest=${COMP_LINE:0:COMP_POINT} word
  words=()
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ ${#words[@]} -eq 0 || $rest == [[:space:]]* ]]; then
      rest=${rest#"${rest%%[![:space:]]*}"}
      words+=('')
    fi
    [[ $rest == "$word"* ]] || word=$rest
    words[${#words[@]}-1]+=$word
    rest=${rest:${#word}}
  done
  cur=${words[${#words[@]}-1]}
}

# Parse the words before the cursor: the command, its options, and one whose value is next.
_smrt_read_words() {
  local i word
  command=smrt option='' used=' ' ended=''
  profile=${AWS_PROFILE-${AWS_DEFAULT_PROFILE-}} region=${AWS_REGION-${AWS_DEFAULT_REGION-}}
  url=${AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME-${AWS_ENDPOINT_URL-}} url_option=''
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    word=${words[i]}
    if [[ -n $option && ! ( $kind == '['* && $word == -* ) ]]; then
      _smrt_read_setting "$option" "$word"
      option=''
    elif [[ $word == -- && ${words[i+1]} == smrt && i+2 -lt ${#words[@]} ]]; then
      command=smrt used=' '
      ((i++))
    elif [[ $word == -- ]]; then
      ended=1
    elif [[ $word == -?* ]]; then
      option=''
      used+="${word%%=*} "
      _smrt_read_setting "${word%%=*}" "${word#*=}"
      _smrt_table "$command" "$word"
      [[ -z $kind ]] || option=$word
    else
      _smrt_table "$command" ''
      if [[ " $subcommands " == *" $word "* && $word != sagemaker-runtime ]]; then
        command+=" $word"
      fi
    fi
  done
  _smrt_table "$command" "$option"
}

_smrt_read_setting() {
  case $1 in
    --profile) profile=$2 ;;
    --region) region=$2 ;;
    --endpoint-url) url=$2 url_option=$2 ;;
  esac
}

# Add the words of $1 that start with $3, with the prefix $2.
_smrt_add() {
  local word
  for word in $1; do
    [[ $word != "$3"* ]] || COMPREPLY+=("$2$word")
  done
}

_smrt_flags() {
  local flag
  for flag in $flags; do
    [[ $flag == "$cur"* ]] || continue
    [[ $used == *" $flag "* && " $repeated " != *" $flag "* ]] || COMPREPLY+=("$flag")
  done
}

# Complete the value $3 of an option or argument by its kind $1, with the prefix $2.
_smrt_value() {
  local scheme=''
  case $3 in
    fileb://*) scheme=fileb:// ;;
    file://*) scheme=file:// ;;
  esac
  case $1 in
    FILE | '[OUTFILE]' | *_FILE | FOLDER) [[ -n $scheme ]] || { _smrt_files "$3"; return; } ;;
    DATA) _smrt_data "$2" "$3"; return ;;
    PROFILE) _smrt_profiles "$2" "$3"; return ;;
    REGION) _smrt_add "$_smrt_regions" "$2" "$3"; return ;;
    ENDPOINT) [[ -n $scheme ]] || { _smrt_endpoints "$2" "$3"; return; } ;;
    INPUT | JSON | YAML)
      if [[ -z $scheme ]]; then
        _smrt_add 'file:// fileb:// -' "$2" "$3"
        [[ ${COMPREPLY[0]} != *:// ]] || compopt -o nospace 2>/dev/null
      fi ;;
    TYPE) [[ -n $scheme ]] || _smrt_add "$_smrt_types" "$2" "$3" ;;
    *NAME=FOLDER*)
      [[ $3 != *=* ]] || _smrt_paths "${3%%=*}=" "${3#*=}" ;;
    *' '*) _smrt_add "${1#* }" "$2" "$3"; return ;;
  esac
  [[ -z $scheme ]] || _smrt_paths "$2$scheme" "${3#"$scheme"}"
}

# Complete @FILE and @-.
_smrt_data() {
  _smrt_add '@-' "$1" "$2"
  if [[ $2 == @* ]]; then
    _smrt_paths "$1@" "${2#@}"
  elif [[ -z $2 ]]; then
    COMPREPLY=("$1@")
    compopt -o nospace 2>/dev/null
  fi
}

# Let readline complete files; bash before 4.0 has no compopt.
_smrt_files() {
  compopt -o default 2>/dev/null || _smrt_paths '' "$1"
}

# Add the files whose path starts with $2, with the prefix $1.
_smrt_paths() {
  local path=${2//\\/} file shown
  [[ $path != '~/'* ]] || path=$HOME${path#'~'}
  for file in "$path"*; do
    [[ -e $file ]] || continue
    printf -v shown %q "$file"
    [[ $2 != '~/'* ]] || shown="~${shown#"$HOME"}"
    [[ ! -d $file ]] || shown+=/
    COMPREPLY+=("$1$shown")
  done
  [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != */ ]] || compopt -o nospace 2>/dev/null
}

_smrt_profiles() {
  local file line
  for file in "${AWS_CONFIG_FILE:-$HOME/.aws/config}" \
    "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}"; do
    [[ -r $file ]] || continue
    while read -r line || [[ -n $line ]]; do
      case $line in
        '[sso-session'* | '[services'* | '[plugins]'*) continue ;;
        '['*']'*) line=${line#'['} line=${line%%']'*} ;;
        *) continue ;;
      esac
      line=${line#profile } line=${line#\"} line=${line%\"}
      printf -v line %q "$line"
      [[ $line != "$2"* || " ${COMPREPLY[*]} " == *" $1$line "* ]] || COMPREPLY+=("$1$line")
    done <"$file"
  done
}

_smrt_endpoints() {
  local file now written_at name
  file=${XDG_CACHE_HOME:-$HOME/.cache}/smrt/endpoint-names
  file+=/${profile//[^A-Za-z0-9._-]/_}@${region//[^A-Za-z0-9._-]/_}
  url=${url##*@}
  [[ -z $url ]] || file+=@${url//[^A-Za-z0-9._-]/_}
  printf -v now '%(%s)T' -1 2>/dev/null || now=$(date +%s)
  [[ ! -r $file ]] || read -r written_at <"$file"
  if [[ ! $written_at =~ ^[0-9]+$ ]] || ((now - written_at >= 600)); then
    _smrt_fetch_endpoints
  fi
  [[ -r $file ]] || return
  while read -r name; do
    [[ $name =~ ^[0-9]+$ || $name != "$2"* ]] || COMPREPLY+=("$1$name")
  done <"$file"
}

_smrt_fetch_endpoints() {
  "${words[0]/#\~/$HOME}" complete endpoint-names ${profile:+--profile "$profile"} \
    ${region:+--region "$region"} ${url_option:+--endpoint-url "$url_option"} </dev/null >/dev/null 2>&1
}

# Remove what readline keeps: it replaces only the text after the last : or =, or from the last @.
_smrt_remove_prefix() {
  local prefix='' separator i
  for separator in : = @; do
    if [[ $COMP_WORDBREAKS == *"$separator"* && $cur == *"$separator"* ]]; then
      local start=${cur%"$separator"*}${separator#@}
      [[ ${#start} -le ${#prefix} ]] || prefix=$start
    fi
  done
  for i in "${!COMPREPLY[@]}"; do
    COMPREPLY[i]=${COMPREPLY[i]#"$prefix"}
  done
}

complete -F _smrt smrt
