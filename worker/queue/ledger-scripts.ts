/**
 * The ledger's steps that must happen as one. Each is one script and one round trip; time is Redis's own, so that no
 * clock of an app or worker matters.
 */

const nowMs = "(redis.call('TIME')[1] * 1000 + math.floor(redis.call('TIME')[2] / 1000))"

/**
 * Many at once. KEYS pending, bodies, then of each its entry, its delivery and its line, empty where it has none · ARGV
 * TTL in seconds, then of each its id and body · for each 1: new, 0: known.
 */
export const acceptScript = `
local now = ${nowMs}
local taken, bodies, places = {}, {}, {}
for at = 1, (#KEYS - 2) / 3 do
  local entry, delivery, line, id = KEYS[3 * at], KEYS[3 * at + 1], KEYS[3 * at + 2], ARGV[2 * at]
  local isNew = delivery == '' or redis.call('SET', delivery, '', 'NX', 'EX', ARGV[1])
  taken[at] = 0
  if isNew and redis.call('HSETNX', entry, 'state', 'accepted') == 1 then
    redis.call('EXPIRE', entry, ARGV[1])
    local last = #places
    bodies[last + 1], bodies[last + 2] = id, ARGV[2 * at + 1]
    places[last + 1], places[last + 2] = now, id
    if line ~= '' then
      redis.call('RPUSH', line, id)
      redis.call('EXPIRE', line, ARGV[1])
    end
    taken[at] = 1
  end
end
if #places > 0 then
  redis.call('HSET', KEYS[2], unpack(bodies))
  redis.call('ZADD', KEYS[1], unpack(places))
end
return taken`

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
