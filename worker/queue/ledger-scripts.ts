/**
 * The ledger's steps that must happen as one. Each is one script and one round trip; time is Redis's own, so that no
 * clock of an app or worker matters.
 */

const nowMs = "(redis.call('TIME')[1] * 1000 + math.floor(redis.call('TIME')[2] / 1000))"

/** KEYS entry, pending, bodies [, delivery] · ARGV id, body, TTL in seconds · 1: new, 0: known. */
export const acceptScript = `
if KEYS[4] and not redis.call('SET', KEYS[4], ARGV[1], 'NX', 'EX', ARGV[3]) then return 0 end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'state', 'accepted')
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ${nowMs}, ARGV[1])
return 1`

/** KEYS pending, bodies · ARGV least age in ms, most · flat list of id, body. */
export const overdueScript = `
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ${nowMs} - ARGV[1], 'LIMIT', 0, ARGV[2])
local found = {}
for _, id in ipairs(ids) do
  table.insert(found, id)
  table.insert(found, redis.call('HGET', KEYS[2], id) or '')
end
return found`

/** KEYS entry, BullMQ's lock · ARGV the lock's holder, TTL · the attempt's token, 0: done before, -1: not the holder. */
export const takeScript = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -1 end
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'done' or state == 'dead' then return 0 end
local token = redis.call('HINCRBY', KEYS[1], 'fence', 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return token`

/** KEYS entry · ARGV token, field, value · 1: written, 0: a newer attempt holds the entry. */
export const writeScript = `
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 1`
