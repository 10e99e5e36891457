/** Steps of quotas that must happen as one. Leases are counted by Redis's own clock. */

const nowMs = "(redis.call('TIME')[1] * 1000 + math.floor(redis.call('TIME')[2] / 1000))"

/**
 * Takes all that a job needs to begin, or nothing of it. KEYS ledger's entry, counter of the order in which jobs are seen,
 * then of each quota what is used of it (concurrent: the jobs that run, by the end of their lease) and those that wait
 * for it, by that order · ARGV job, holder, lease in ms, what keys of ledger's entries begin with, TTLs of a day's counter
 * and of those that wait, then of each quota its unit, its bound, what becomes of a job that is over it, and what is said
 * of one that waits · `taken`; `free`: the job only has to end; `turn`: there is room by now for one that waited;
 * `refused` and by which quota; `wait`, for which, which of those that wait for it, and whether somebody was told.
 *
 * Who waits for a quota has what gets free of it before those that come later, and nobody waits for what is short of
 * another one. What has begun once is never refused, and waits for nothing but jobs at a time.
 */
export const beginScript = `
local entry, job, prefix = KEYS[1], ARGV[1], ARGV[4]
local now = ${nowMs}
local quotas = {}
for at = 1, (#KEYS - 2) / 2 do
  quotas[at] = {
    used = KEYS[2 * at + 1], line = KEYS[2 * at + 2], unit = ARGV[4 * at + 3],
    most = tonumber(ARGV[4 * at + 4]), over = ARGV[4 * at + 5], said = ARGV[4 * at + 6],
  }
end
local function leave()
  for _, quota in ipairs(quotas) do redis.call('ZREM', quota.line, job) end
end

local known = redis.call('HMGET', entry, 'state', 'cancel', 'grave', 'begun', 'order', 'waits', 'told', 'result')
if known[1] ~= 'accepted' or known[2] or known[3] or known[8] then
  leave()
  redis.call('HDEL', entry, 'waits', 'told')
  return { 'free', 0, 0, 0 }
end
local begun, order = known[4], known[5]
if not order then
  order = redis.call('INCR', KEYS[2])
  redis.call('HSET', entry, 'order', order)
end

local function roomOf(quota)
  if quota.unit == 'concurrent' then
    redis.call('ZREMRANGEBYSCORE', quota.used, '-inf', now)
    local own = redis.call('ZSCORE', quota.used, job) and 1 or 0
    return quota.most - redis.call('ZCARD', quota.used) + own
  end
  if begun then return math.huge end
  local left = quota.most - (tonumber(redis.call('GET', quota.used)) or 0)
  if quota.unit == 'jobs' then return left end
  return left > 0 and 1 or 0
end
local function isOver(quota)
  local room, ahead = roomOf(quota), 0
  if room <= 0 then return true end
  for _, other in ipairs(redis.call('ZRANGEBYSCORE', quota.line, '-inf', '(' .. order)) do
    local theirs = redis.call('HMGET', prefix .. other, 'state', 'cancel')
    if theirs[1] ~= 'accepted' or theirs[2] then
      redis.call('ZREM', quota.line, other)
    else
      ahead = ahead + 1
      if ahead >= room then return true end
    end
  end
  return false
end

local short, isShort = 0, {}
for at, quota in ipairs(quotas) do
  isShort[at] = isOver(quota)
  if isShort[at] and quota.over == 'refuse' and not begun then
    leave()
    redis.call('HDEL', entry, 'waits', 'told')
    return { 'refused', at, 0, 0 }
  end
  if isShort[at] and short == 0 then short = at end
end
if short > 0 then
  for at, quota in ipairs(quotas) do
    if isShort[at] then
      redis.call('ZADD', quota.line, order, job)
      redis.call('EXPIRE', quota.line, ARGV[6])
    else
      redis.call('ZREM', quota.line, job)
    end
  end
  local said = quotas[short].said
  redis.call('HSET', entry, 'waits', said)
  return { 'wait', short, redis.call('ZRANK', quotas[short].line, job) + 1, known[7] == said and 1 or 0 }
end
if known[6] then
  redis.call('HDEL', entry, 'waits')
  return { 'turn', 0, 0, 0 }
end

leave()
for _, quota in ipairs(quotas) do
  if quota.unit == 'concurrent' then
    redis.call('ZADD', quota.used, now + ARGV[3], job)
    redis.call('PEXPIRE', quota.used, ARGV[3])
  elseif quota.unit == 'jobs' and not begun then
    redis.call('INCR', quota.used)
    redis.call('EXPIRE', quota.used, ARGV[5])
  end
end
redis.call('HDEL', entry, 'told')
redis.call('HSET', entry, 'begun', '1', 'slot', ARGV[2])
return { 'taken', 0, 0, 0 }`

/**
 * KEYS ledger's entry, then the jobs that run, of each quota · ARGV job, holder, new lease in ms; 0: it is given back.
 * A later attempt has the place of an earlier one, which then can neither keep it nor give it back.
 */
export const leaseScript = `
if redis.call('HGET', KEYS[1], 'slot') ~= ARGV[2] then return 0 end
for at = 2, #KEYS do
  if ARGV[3] == '0' then
    redis.call('ZREM', KEYS[at], ARGV[1])
  else
    redis.call('ZADD', KEYS[at], ${nowMs} + ARGV[3], ARGV[1])
    redis.call('PEXPIRE', KEYS[at], ARGV[3])
  end
end
if ARGV[3] == '0' then redis.call('HDEL', KEYS[1], 'slot') end
return 1`
