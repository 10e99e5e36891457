/**
 * KEYS journal, installations, what is known of this one, what is leaving, then of each effect the jobs of its repository
 * · ARGV entry, how many are kept, prefix of the ledger's entries, now, installation, then of each effect its kind, the
 * repository's id and its field in what is leaving · how many jobs were told to stop. A job that hands off is past that.
 */
export const writeLifeScript = `
local stopped = 0
for at = 5, #KEYS do
  local first = 6 + 3 * (at - 5)
  for _, member in ipairs(redis.call('ZRANGE', KEYS[at], 0, -1)) do
    local job = ARGV[3] .. string.match(member, '^([^:]+)')
    local open = redis.call('HGET', job, 'state') == 'accepted' and redis.call('HEXISTS', job, 'settled') == 0
    if open and redis.call('HSETNX', job, 'cancel', 'access-ended') == 1 then stopped = stopped + 1 end
  end
  if ARGV[first] == 'remove' then
    redis.call('HSET', KEYS[4], ARGV[first + 2], ARGV[4])
    redis.call('HDEL', KEYS[3], ARGV[first + 1])
  end
end
if redis.call('EXISTS', KEYS[3]) == 0 then redis.call('SREM', KEYS[2], ARGV[5]) end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'entry', ARGV[1])
return stopped`
