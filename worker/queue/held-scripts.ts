/**
 * The steps of a held change that must happen as one. What is held was put there by the attempt that holds the job, and
 * is decided on once, when no attempt is left that could make another.
 */

/**
 * KEYS ledger's entry, change, place · ARGV token, seconds of the change, seconds of the place, request, sealed change,
 * job's id, entry · 1: kept, 0: a newer attempt holds the job.
 */
export const keepScript = `
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], 'request', ARGV[4], 'change', ARGV[5])
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('HSET', KEYS[3], ARGV[6], ARGV[7])
redis.call('EXPIRE', KEYS[3], ARGV[3])
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
