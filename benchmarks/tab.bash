#!/usr/bin/env bash
# Press TAB once behind `smrt invoke-endpoint --`: source the completion, and ask it.
source "$1"
[[ $(complete -p smrt) =~ -F\ ([^ ]+) ]] || exit 1
COMP_WORDS=(smrt invoke-endpoint --)
COMP_CWORD=2
COMP_LINE='smrt invoke-endpoint --'
COMP_POINT=${#COMP_LINE}
COMP_TYPE=9
"${BASH_REMATCH[1]}" smrt -- invoke-endpoint
[[ " ${COMPREPLY[*]}" == *" --endpoint-name"* ]]
