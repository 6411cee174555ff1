-- Sends pre-signed requests from a file: eight hexadecimal digits of length, then the whole request. Says how often it had to begin anew.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  requests = io.open(args[1], "rb")
  requests:setvbuf("full", 1048576)
  repeated = 0
end

function request()
  local length = requests:read(8)
  if not length then
    repeated = repeated + 1
    requests:seek("set")
    length = requests:read(8)
  end
  return requests:read(tonumber(length, 16))
end

function done(summary, latency)
  io.write(string.format(
    '{"requests":%d,"duration":%d,"p50":%d,"p99":%d,"failed":%d,"refused":%d,"repeated":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, summary.errors.status, threads[1]:get("repeated")))
end
