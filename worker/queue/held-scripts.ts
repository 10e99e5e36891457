/**
 * The steps of a held change that must happen as one. What is held was put there by the attempt that holds the job, and
 * is decided on once, when no attempt is left that could make another.
 */

/**
 * KEYS ledger's entry, change, index of blocked ones, place · ARGV token, seconds of the change, job's id, entry, sealed
 * change, request, seconds of the place, the place's entry · 1: kept, 0: a newer attempt holds the job.
 */
export const keepScript = `
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('ZREM', KEYS[3], ARGV[3])
redis.call('HSET', KEYS[2], 'entry', ARGV[4], 'change', ARGV[5], 'request', ARGV[6])
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('HSET', KEYS[4], ARGV[3], ARGV[8])
redis.call('EXPIRE', KEYS[4], ARGV[7])
return 1`

/**
 * KEYS ledger's entry, change, index · ARGV token, seconds, job's id, entry, sealed change, how many are kept, prefix of
 * changes · as above. The oldest go first. Without a request nobody can decide on it.
 */
export const keepBlockedScript = `
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'entry', ARGV[4], 'change', ARGV[5])
redis.call('EXPIRE', KEYS[2], ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - ARGV[2] * 1000)
redis.call('ZADD', KEYS[3], now, ARGV[3])
redis.call('EXPIRE', KEYS[3], ARGV[2])
local surplus = redis.call('ZCARD', KEYS[3]) - ARGV[6]
if surplus > 0 then
  for _, id in ipairs(redis.call('ZRANGE', KEYS[3], 0, surplus - 1)) do
    redis.call('DEL', ARGV[7] .. id)
    redis.call('ZREM', KEYS[3], id)
  end
end
return 1`

/**
 * KEYS ledger's entry, change, place · ARGV job's id, field of the decision, decision, verb, seconds of the change · what
 * became of it, the decision that counts, and the request where it is still there. The first decision counts; a
 * rejection takes the change away, an approval keeps it until a worker had it.
 */
export const decideScript = `
local state = redis.call('HGET', KEYS[1], 'state')
if state and state ~= 'done' and state ~= 'dead' then return {'ending', '', ''} end
local earlier = redis.call('HGET', KEYS[3], ARGV[2])
local request = redis.call('HGET', KEYS[2], 'request') or ''
if earlier then return {'decided', earlier, request} end
if request == '' or redis.call('HEXISTS', KEYS[3], ARGV[1]) == 0 then return {'gone', '', ''} end
redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
if ARGV[4] == 'reject' then redis.call('DEL', KEYS[2]) else redis.call('EXPIRE', KEYS[2], ARGV[5]) end
return {'decided', ARGV[3], request}`
