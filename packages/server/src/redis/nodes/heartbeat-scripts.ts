import type { RedisScript } from '../redis-connection.ts'
import { createScript } from '../redis-script.ts'

/**
 * The nodes in Redis, under one hash tag:
 * - `beats`: a sorted set of the nodes that are alive, by the time of their last heartbeat.
 * - `nodes`: a hash from the node to `life grace since info`. It has beaten without a pause since then.
 * - `due`: a sorted set of the nodes whose members are to be removed, by the time of the removal.
 * - `ended`: a hash from such a node to `life claimer`: the last life whose members are removed, and which node does it.
 *
 * All times are those of the Redis server, so that the clocks of nodes do not matter.
 */
const PROLOGUE = `
local beats, nodes, due, ended = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local function int(x) return string.format('%.0f', x) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function remove(node, life, at)
  redis.call('HSET', ended, node, int(life) .. ' -')
  redis.call('ZADD', due, int(at), node)
end
`

/**
 * A heartbeat, after which members of dead nodes may be claimed.
 *
 * A node that others have taken for dead, or whose connection was away, begins another life. What it does not set again in that
 * life is removed, at the earliest after three times as long as it takes to be dead: a node may need several attempts.
 *
 * A node takes others for dead only after it has itself beaten for that long without a pause: when Redis was away, all
 * heartbeats are old, and all nodes need time to come back.
 *
 * ARGV: node, its life (0 at the start), whether it begins another one, info, grace, ms after which a node is dead, ms of a
 * claim, whether it may claim. Answer: life, and where it has claimed: the node, and its last life.
 */
export const BEAT: RedisScript = createScript(`${PROLOGUE}
local node, life, info = ARGV[1], tonumber(ARGV[2]), ARGV[4]
local grace, dead, claim = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local last = tonumber(redis.call('ZSCORE', beats, node) or nil)
local storedLife, storedSince = string.match(redis.call('HGET', nodes, node) or '', '^(%d+) %d+ (%d+) ')
local since = now
if last and storedSince and now - last < dead / 2 then since = math.min(now, tonumber(storedSince)) end
life = math.max(life, tonumber(storedLife or 0))
if life == 0 then life = 1
elseif ARGV[2] ~= '0' and (ARGV[3] == '1' or not last) then
  remove(node, life, now + math.max(grace, 3 * dead))
  life = life + 1
end
redis.call('ZADD', beats, int(now), node)
redis.call('HSET', nodes, node, int(life) .. ' ' .. int(grace) .. ' ' .. int(since) .. ' ' .. info)
if now - since >= dead then
  local silent = redis.call('ZRANGEBYSCORE', beats, '-inf', int(now - dead), 'WITHSCORES', 'LIMIT', 0, 100)
  for k = 1, #silent, 2 do
    local itsLife, itsGrace = string.match(redis.call('HGET', nodes, silent[k]) or '', '^(%d+) (%d+) ')
    remove(silent[k], tonumber(itsLife or 9007199254740991), tonumber(silent[k + 1]) + tonumber(itsGrace or 0))
    redis.call('ZREM', beats, silent[k])
    redis.call('HDEL', nodes, silent[k])
  end
end
local claimed = ARGV[8] == '1' and redis.call('ZRANGEBYSCORE', due, '-inf', int(now), 'LIMIT', 0, 1)[1]
if not claimed then return {int(life)} end
local lastLife = string.match(redis.call('HGET', ended, claimed) or '', '^%d+') or '0'
redis.call('HSET', ended, claimed, lastLife .. ' ' .. node)
redis.call('ZADD', due, int(now + claim), claimed)
return {int(life), claimed, lastLife}
`)

/** A node stops. ARGV: node, its life, grace. */
export const STOP: RedisScript = createScript(`${PROLOGUE}
local node = ARGV[1]
redis.call('ZREM', beats, node)
redis.call('HDEL', nodes, node)
remove(node, tonumber(ARGV[2]), now + tonumber(ARGV[3]))
`)

/**
 * Prolongs a claim, or ends it when all is removed. ARGV: the ended node, its last life, claimer, ms of a claim (0 ends it).
 * Answer: 1; 0 where the claim is over, because another node has it or the ended node came back.
 */
export const HOLD_CLAIM: RedisScript = createScript(`${PROLOGUE}
local node = ARGV[1]
if redis.call('HGET', ended, node) ~= ARGV[2] .. ' ' .. ARGV[3] then return 0 end
if ARGV[4] == '0' then
  redis.call('ZREM', due, node)
  redis.call('HDEL', ended, node)
else redis.call('ZADD', due, int(now + tonumber(ARGV[4])), node) end
return 1
`)

/** ARGV: ms after which a node is dead. Answer: name and info of each node that is alive, one after the other. */
export const LIST: RedisScript = createScript(`${PROLOGUE}
local alive, answer = redis.call('ZRANGEBYSCORE', beats, '(' .. int(now - tonumber(ARGV[1])), '+inf'), {}
for k = 1, #alive, 1000 do
  local stored = redis.call('HMGET', nodes, unpack(alive, k, math.min(k + 999, #alive)))
  for j = 1, #stored do
    local info = string.match(stored[j] or '', '^%d+ %d+ %d+ (.*)$')
    if info then
      answer[#answer + 1] = alive[k + j - 1]
      answer[#answer + 1] = info
    end
  end
end
return answer
`)
