/**
 * KEYS who has the turn, the ledger's entries of this job, of the one that was seen to have it, and of others · ARGV this
 * job, the one that was seen to have it or nothing, TTL, the others · the others that this job takes along; nil: it is
 * not its turn. Repeated by the same job it takes the same along, and what has come since.
 */
export const takeTurnScript = `
local holder = redis.call('GET', KEYS[1]) or ''
if holder ~= ARGV[2] then return nil end
if holder ~= '' and holder ~= ARGV[1] and redis.call('HGET', KEYS[3], 'state') == 'accepted' then return nil end
if redis.call('HGET', KEYS[2], 'state') ~= 'accepted' or redis.call('HEXISTS', KEYS[2], 'joined') == 1 then return nil end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
local taken = {}
for at = 4, #KEYS do
  local id, to = ARGV[at], redis.call('HGET', KEYS[at], 'joined')
  local waits = redis.call('HGET', KEYS[at], 'state') == 'accepted' and redis.call('HEXISTS', KEYS[at], 'cancel') == 0
  if to == ARGV[1] then
    table.insert(taken, id)
  elseif not to and waits then
    redis.call('HSET', KEYS[at], 'joined', ARGV[1])
    table.insert(taken, id)
  end
end
return taken`
