/**
 * The steps of taking turns that must happen as one. An owner's jobs that no worker has looked at yet are in two lists: by
 * the turns of their repositories, which is the order in which they are to begin, and by the rounds that the owner has.
 */

/**
 * KEYS rounds, ledger's entry, order in which jobs are seen, the outbox, three lists of jobs that wait, the owner's by turn
 * and by round · ARGV owner, repository, job, last round, `again` or nothing · the round. It counts anew where nothing
 * waits, and nothing but this job is on its way there. A turn has the order behind it, so that equal ones keep theirs.
 */
export const roundScript = `
local known = redis.call('HGET', KEYS[2], 'round')
local again = ARGV[5] == 'again'
if known and not again then return tonumber(known) end
local waiting = redis.call('LLEN', KEYS[5]) + redis.call('ZCARD', KEYS[6]) + redis.call('ZCARD', KEYS[7])
if waiting == 0 and redis.call('ZCARD', KEYS[4]) <= 1 and not again then redis.call('DEL', KEYS[1], KEYS[8], KEYS[9]) end
local function read(field) return tonumber(redis.call('HGET', KEYS[1], field)) end
local owner, repository = ARGV[1], ARGV[2]
local round = math.max(read('now') or 1, (read('last:' .. owner) or 0) + 1)
local turn = math.max(read('now:' .. owner) or 1, (read('last:' .. owner .. ':' .. repository) or 0) + 1)
round, turn = math.min(round, tonumber(ARGV[4])), math.min(turn, tonumber(ARGV[4]))
redis.call('HSET', KEYS[1], 'last:' .. owner, round, 'last:' .. owner .. ':' .. repository, turn)
redis.call('HSET', KEYS[2], 'round', round, 'turn', turn, 'owner', owner)
if redis.call('HEXISTS', KEYS[2], 'order') == 0 then redis.call('HSET', KEYS[2], 'order', redis.call('INCR', KEYS[3])) end
local order = redis.call('HGET', KEYS[2], 'order') % 4294967296
redis.call('ZADD', KEYS[8], turn * 4294967296 + order, ARGV[3])
redis.call('ZADD', KEYS[9], round, ARGV[3])
return round`

/** So many of an owner's jobs are looked at for the next one: those before it are on their way back to the queue. */
const mostLookedAt = 50

/**
 * KEYS the owner's jobs by turn and by round, BullMQ's by round · ARGV job, what the keys of ledger's entries and of
 * BullMQ's jobs begin with · the job whose turn it is and that waits, the round that it gets, and its own; an empty name:
 * the job itself. Either leaves the lists: what a worker has looked at once has its place for good.
 */
export const takeScript = `
local mine = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not mine then return {'', 0, 0} end
local function leave(id)
  redis.call('ZREM', KEYS[1], id)
  redis.call('ZREM', KEYS[2], id)
end
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, ${mostLookedAt - 1})) do
  if id == ARGV[1] then break end
  local its = redis.call('ZSCORE', KEYS[2], id)
  if redis.call('EXISTS', ARGV[3] .. id) == 0 or not its then
    leave(id)
  elseif tonumber(its) > tonumber(mine) and redis.call('ZSCORE', KEYS[3], id) then
    leave(id)
    redis.call('ZADD', KEYS[2], its, ARGV[1])
    redis.call('HSET', ARGV[2] .. id, 'round', mine)
    redis.call('HSET', ARGV[2] .. ARGV[1], 'round', its)
    return {id, mine, its}
  end
end
leave(ARGV[1])
return {'', 0, 0}`

/** KEYS rounds, ledger's entry · ARGV owner. */
export const beginScript = `
local function reach(field, number)
  if number and number > (tonumber(redis.call('HGET', KEYS[1], field)) or 1) then redis.call('HSET', KEYS[1], field, number) end
end
local begun = redis.call('HMGET', KEYS[2], 'round', 'turn')
reach('now', tonumber(begun[1]))
reach('now:' .. ARGV[1], tonumber(begun[2]))
return 1`
