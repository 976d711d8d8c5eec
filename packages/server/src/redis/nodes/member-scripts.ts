import type { RedisScript } from '../redis-connection.ts'
import { createScript } from '../redis-script.ts'

/**
 * The members of rooms in Redis. Each partition has:
 * - `index`: a hash from the room to `version count source` of its members. A room without members has no field.
 * - `members`: a hash a room, from the user to the lines `node life state` of the nodes that have set it. HLEN is the exact number of users.
 * - `own`: a hash a node, from the room to the number of users that this node has set there. It is how a dead node's members are found.
 *
 * Names of rooms, ids of users and states are JSON strings, so that none holds a line break. A life numbers the times that a node
 * was forgotten and came back: what it has set again is not removed with what it had set before.
 *
 * `source` is the replication id of the server, which changes when members may have gone back to an earlier state. The version
 * then goes on from the random `base` of the call, so that no node takes other members for those that it knows.
 */
const PROLOGUE = `
local function int(x) return string.format('%.0f', x) end
local info = redis.pcall('INFO', 'replication')
local source = string.sub(type(info) == 'string' and string.match(info, 'master_replid:(%x+)') or '-', 1, 16)
local base = tonumber(ARGV[1])
local function parse(record)
  local version, count, from = string.match(record, '^(%d+) (%d+) (%S+)$')
  return tonumber(version), tonumber(count), from
end
local function record(version, count) return int(version) .. ' ' .. int(count) .. ' ' .. source end
`

/** For scripts of one room: the version and the count, which are 0 without members. */
const POSITION = `
local index, members, room = KEYS[1], KEYS[2], ARGV[2]
local version, count = 0, redis.call('HLEN', members)
local stored = redis.call('HGET', index, room)
if stored or count > 0 then
  local known, from
  if stored then version, known, from = parse(stored) end
  if from ~= source or known ~= count then
    version = base
    if count > 0 then redis.call('HSET', index, room, record(version, count))
    else redis.call('HDEL', index, room); version = 0 end
  end
end
`

/** For scripts that change the members of one node in one room. */
const CHANGE = `
local own, channel, publish, node, life = KEYS[3], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local mine = node .. ' '
local function split(lines)
  local others, setIn, state = {}, nil, nil
  for line in string.gmatch(lines or '', '[^\\n]+') do
    if string.sub(line, 1, #mine) == mine then setIn, state = string.match(line, '^%S+ (%d+) (.*)$')
    else others[#others + 1] = line end
  end
  return others, tonumber(setIn), state
end
local function write(user, lines)
  if #lines == 0 then redis.call('HDEL', members, user)
  else redis.call('HSET', members, user, table.concat(lines, '\\n')) end
end
local function change(user, others, wasSet, state)
  if state ~= '' then others[#others + 1] = mine .. int(life) .. ' ' .. state end
  write(user, others)
  if state ~= '' and not wasSet then redis.call('HINCRBY', own, room, 1)
  elseif state == '' and redis.call('HINCRBY', own, room, -1) <= 0 then redis.call('HDEL', own, room) end
  version = (version == 0 and base or version) + 1
  count = redis.call('HLEN', members)
  if count == 0 then redis.call('HDEL', index, room) else redis.call('HSET', index, room, record(version, count)) end
  redis.call(publish, channel, 'c' .. int(version) .. ' ' .. int(count) .. ' ' .. node .. '\\n' .. user .. '\\n' .. state)
end
`

/**
 * KEYS: index, members, own. ARGV: base, room, channel, publish command, node, life, user, state ('' removes it).
 * Answer: version, count, whether the user was a member, whether it is one.
 */
export const SET_MEMBER: RedisScript = createScript(`${PROLOGUE}${POSITION}${CHANGE}
local user, state = ARGV[7], ARGV[8]
local lines = redis.call('HGET', members, user)
local others, setIn, before = split(lines)
local after = #others > 0 or state ~= ''
if (before or '') ~= state then
  change(user, others, before ~= nil, state)
elseif setIn and setIn < life then
  others[#others + 1] = mine .. int(life) .. ' ' .. state
  write(user, others)
end
return {int(version), int(count), lines and 1 or 0, after and 1 or 0}
`)

/** KEYS: index, members. ARGV: base, room, limit. Answer: version, count, and where it is not more than the limit, users with their lines. */
export const READ_MEMBERS: RedisScript = createScript(`${PROLOGUE}${POSITION}
if count > tonumber(ARGV[3]) then return {int(version), int(count)} end
return {int(version), int(count), redis.call('HGETALL', members)}
`)

/** KEYS: index. ARGV: base, then at most 1,000 rooms. Answer: the record of each; nil for a room without members. */
export const READ_POSITIONS: RedisScript = createScript(`${PROLOGUE}
local stored = redis.call('HMGET', KEYS[1], unpack(ARGV, 2))
for k = 1, #stored do
  if stored[k] and string.sub(stored[k], -#source - 1) ~= ' ' .. source then
    local _, count = parse(stored[k])
    stored[k] = record(base, count)
    redis.call('HSET', KEYS[1], ARGV[k + 1], stored[k])
  end
end
return stored
`)

/**
 * Removes a slice of what a node has set in a room, up to a life of it. KEYS: index, members, own.
 * ARGV: base, room, channel, publish command, node, last life, cursor, users of the slice.
 * Answer: the next cursor ('0' at the end), then user and state of each who is not a member any more.
 */
export const REMOVE_MEMBERS: RedisScript = createScript(`${PROLOGUE}${POSITION}${CHANGE}
if redis.call('HEXISTS', own, room) == 0 then return {'0'} end
local page = redis.call('HSCAN', members, ARGV[7], 'COUNT', ARGV[8])
local answer = {page[1]}
for k = 1, #page[2], 2 do
  if string.find(page[2][k + 1], mine, 1, true) then
    local user = page[2][k]
    local others, setIn, state = split(redis.call('HGET', members, user))
    if setIn and setIn <= life then
      change(user, others, true, '')
      if #others == 0 then
        answer[#answer + 1] = user
        answer[#answer + 1] = state
      end
    end
  end
end
return answer
`)
