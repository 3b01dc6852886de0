why="cannot write to $dir"
mkdir -p $dir
# Up to 21 times in 10 minutes; a final answer, such as 404, ends it.
got=$(curl --silent --location --globoff --proto =https --connect-timeout 15 --max-time 180 \
  --retry 20 --retry-delay 3 --retry-all-errors --retry-max-time 600 \
  --output $agent --write-out 'HTTP %{http_code} %{errormsg}' "$url" 2>/dev/null) || got=${got:-no curl}
why="cannot fetch $url: ${got% }"
[ "$got" = 'HTTP 200 ' ]
has=$(sha256sum <$agent)
why="$url has SHA-256 ${has%% *}, expected $sha256"
[ "$has" = "$sha256  -" ]
chmod 700 $agent
why="$url does not run here ($(uname -m))"
$agent --version >/dev/null 2>&1

why="cannot write to $dir"
