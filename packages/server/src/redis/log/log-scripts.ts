import type { RedisScript } from '../redis-connection.ts'
import { createScript } from '../redis-script.ts'
import { luaRoom } from './lua-room.ts'

/**
 * Settles a batch as `settle` does, and writes and publishes it.
 *
 * ARGV: 3 the room's name, 4 what to keep: entries, 5 and since when, 6 PUBLISH or SPUBLISH, 7 the channel, 8 the epoch and 9 the
 * head that the node knows, 10 `=` and the batch's epoch, or `*`, 11 the field of the row, 12 the address, 13 to 16 the bounds of
 * rows; then of each item its number, its hash, `+` (counts) or `-` and the entry's time, or nothing for a refusal, the body, and of an
 * amendment its target and slot as in the set of amendments.
 *
 * Answers `EPOCH`; or `LIMIT` and the bound; or `OK`, epoch, head, count, and a line for each item: `+` and its place for a new entry, and
 * `r` if it is stored redacted; `=` and the recorded answer, `STALE`, `CONFLICT`. A row is a line with the last number, the time and the address, and one for each
 * answer: the number, the hash, and `seq at` or a refusal as JSON.
 */
export const commit: RedisScript = createScript(`${luaRoom}
local room = open(KEYS[2], KEYS[3], KEYS[4], ARGV[3], readGenerations(), ARGV[8], tonumber(ARGV[9]))
if ARGV[10] ~= '*' and ARGV[10] ~= '=' .. room.epoch then return {'EPOCH'} end
local field, address = ARGV[11], ARGV[12]
local row = redis.call('HGET', room.key, field)
if not row then
  local bound = reached(field, address, ARGV[13], ARGV[14], ARGV[15], ARGV[16])
  if bound then return {'LIMIT', bound} end
else
  address = string.match(row, '^%d+ %d+ ([^\\n]*)')
end
local was = row and tonumber(string.match(row, '^%d+')) or 0
local known
local last, count, at = was, room.count, room.at
local answers, entries, recorded, amended = {}, {}, {}, {}
for k = 17, #ARGV, 5 do
  local number, hash, stamp, body, slot = ARGV[k], ARGV[k + 1], ARGV[k + 2], ARGV[k + 3], ARGV[k + 4]
  local n = tonumber(number)
  if n <= was then
    if not known then
      known = {}
      for one, sum, answer in string.gmatch(row, '\\n(%d+)\\t([^\\t\\n]*)\\t([^\\n]*)') do
        if not known[one] then known[one] = {sum, answer} end
      end
    end
    local one = known[number]
    answers[#answers + 1] = not one and 'STALE' or one[1] ~= hash and 'CONFLICT' or '=' .. one[2]
    if one then recorded[#recorded + 1] = number .. '\\t' .. one[1] .. '\\t' .. one[2] end
  else
    local answer = body
    if stamp == '' then
      answers[#answers + 1] = '=' .. body
    else
      at = math.max(at, tonumber(string.sub(stamp, 2)))
      if string.byte(stamp) == 43 then count = count + 1 end
      local target = slot ~= '' and textAt(room, tonumber(string.sub(slot, 1, 16)))
      local isLate = target and isRedacted(target)
      if isLate then body = withoutData(body) end
      entries[#entries + 1] = int(at) .. ' ' .. int(count) .. ' ' .. body
      if slot ~= '' then amended[#amended + 1] = {slot, pad(room.head + #entries), isLate} end
      answer = int(room.head + #entries) .. ' ' .. int(at)
      answers[#answers + 1] = '+' .. answer .. ' ' .. int(count) .. (isLate and ' r' or '')
    end
    recorded[#recorded + 1] = number .. '\\t' .. hash .. '\\t' .. answer
    last = math.max(last, n)
  end
end
local head = room.head + #entries
if last > was then
  for k = 1, #entries, 1000 do
    redis.call('RPUSH', room.list, unpack(entries, k, math.min(k + 999, #entries)))
  end
  room.len = room.len + #entries
  for k = 1, #amended do
    local slot, seq, isLate = unpack(amended[k])
    local before = redis.call('ZRANGEBYLEX', room.amendments, '[n' .. slot .. '\\t', '(n' .. slot .. '\\n')
    if #before > 0 then redis.call('ZREM', room.amendments, unpack(before)) end
    redis.call('ZADD', room.amendments, 0, 'o' .. string.sub(slot, 1, 17) .. seq)
    if not isLate then redis.call('ZADD', room.amendments, 0, 'n' .. slot .. '\\t' .. seq) end
  end
  if #entries > 0 then trim(room, tonumber(ARGV[4]), tonumber(ARGV[5])) end
  if not room.isStored then
    redis.call('HSET', room.key, 'e', room.epoch, 'g', room.generation, 'p', room.lineage)
  end
  redis.call('HSET', room.key, 'h', int(head), 'f', int(room.first), 'a', int(at), 'n', int(count),
    field, int(last) .. ' ' .. ARGV[2] .. ' ' .. address .. '\\n' .. table.concat(recorded, '\\n'))
  if not row then
    countRow(field, address, 1)
    redis.call('HSET', partition, 'r' .. ARGV[3], '')
  end
  if #entries > 0 then
    redis.call(ARGV[6], ARGV[7], 'e' .. room.epoch .. ' ' .. int(head) .. '\\n' .. table.concat(entries, '\\n'))
  end
end
return {'OK', room.epoch, int(head), int(count), table.concat(answers, '\\n')}
`)

/** ARGV: 3 the field of the row, 4 the address, 5 to 8 the bounds of rows. Answers the row, or the bound that a new one reaches, or nothing. */
export const row: RedisScript = createScript(`${luaRoom}
local row = redis.call('HGET', KEYS[2], ARGV[3])
if row then return {row} end
return {'', reached(ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]) or ''}
`)

/**
 * ARGV: 3 to 5 as of a commit, 6 the epoch and 7 the head that the node knows, 8 `after` or `before`, 9 the number, 10 the most
 * entries, 11 their most bytes. Answers epoch, head, count, lineage, first, the number of the first entry, the entries, and the numbers
 * and texts of their amendments.
 */
export const page: RedisScript = createScript(`${luaRoom}
local room = open(KEYS[2], KEYS[3], KEYS[4], ARGV[3], readGenerations(), ARGV[6], tonumber(ARGV[7]))
if trim(room, tonumber(ARGV[4]), tonumber(ARGV[5])) then redis.call('HSET', room.key, 'f', int(room.first)) end
local isForwards, seq, limit, left = ARGV[8] == 'after', tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local k = isForwards and math.max(seq + 1 - room.first, 0) or math.min(seq - 1, room.head) - room.first
local taken, start = {}, room.first + k
while #taken < limit and k >= 0 and k < room.len do
  local size = math.min(32, limit - #taken)
  local some
  if isForwards then some = redis.call('LRANGE', room.list, k, k + size - 1)
  else some = redis.call('LRANGE', room.list, math.max(0, k - size + 1), k) end
  for j = 1, #some do
    local one = isForwards and some[j] or some[#some - j + 1]
    local bytes = sizeOf(one, room.first + k)
    if bytes > left and #taken > 0 then limit = 0 break end
    taken[#taken + 1], left = one, left - bytes
    k = isForwards and k + 1 or k - 1
  end
end
if not isForwards then
  start = room.first + k + 1
  for j = 1, math.floor(#taken / 2) do taken[j], taken[#taken - j + 1] = taken[#taken - j + 1], taken[j] end
end
-- As \`fitPage\` does.
local found, amendments = #taken > 0 and amending(room, 'n', start, start + #taken - 1) or {}, {}
if #found > 0 then
  local ofTarget, count, kept = {}, 0, {}
  table.sort(found, function(a, b) return a.seq > b.seq end)
  for _, one in ipairs(found) do
    ofTarget[one.target] = ofTarget[one.target] or {}
    table.insert(ofTarget[one.target], one)
  end
  left = tonumber(ARGV[11])
  for j = 1, #taken do
    local k = isForwards and j or #taken - j + 1
    local rest, fitting = left - sizeOf(taken[k], start + k - 1), {}
    for _, one in ipairs(ofTarget[start + k - 1] or {}) do
      one.text = textAt(room, one.seq)
      if one.text and not isRedacted(one.text) then
        rest = rest - sizeOf(one.text, one.seq)
        if rest < 0 then break end
        fitting[#fitting + 1] = one
      end
    end
    if rest < 0 and count > 0 then break end
    count, left = count + 1, rest
    for _, one in ipairs(fitting) do kept[#kept + 1] = one end
  end
  while #taken > count do
    if isForwards then table.remove(taken) else table.remove(taken, 1); start = start + 1 end
  end
  table.sort(kept, function(a, b) return a.seq < b.seq end)
  for _, one in ipairs(kept) do
    if one.seq >= start + #taken then
      amendments[#amendments + 1], amendments[#amendments + 2] = int(one.seq), one.text
    end
  end
end
return {room.epoch, int(room.head), int(room.count), room.lineage, int(room.first), int(start), taken, amendments}
`)

/**
 * Deletes the data of an entry and of its amendments, and appends and publishes another entry. ARGV: 3 to 9 as of a commit, 10 the
 * number of the entry, 11 the time and 12 the body of the other one. Answers epoch, head, count, and the time of the other entry, or
 * nothing for it where the entry is redacted already; or nothing where there is no such entry.
 */
export const redact: RedisScript = createScript(`${luaRoom}
local room = open(KEYS[2], KEYS[3], KEYS[4], ARGV[3], readGenerations(), ARGV[8], tonumber(ARGV[9]))
if trim(room, tonumber(ARGV[4]), tonumber(ARGV[5])) then redis.call('HSET', room.key, 'f', int(room.first)) end
local seq = tonumber(ARGV[10])
local text = textAt(room, seq)
if not text then return {} end
if isRedacted(text) then return {room.epoch, int(room.head), int(room.count), ''} end
local function strip(k) redis.call('LSET', room.list, k - room.first, withoutData(textAt(room, k))) end
strip(seq)
for _, one in ipairs(amending(room, 'o', seq, seq)) do strip(one.seq) end
redis.call('ZREMRANGEBYLEX', room.amendments, '[n' .. pad(seq), '(n' .. pad(seq + 1))
local at = int(math.max(room.at, tonumber(ARGV[11])))
local entry = at .. ' ' .. int(room.count) .. ' ' .. ARGV[12]
redis.call('RPUSH', room.list, entry)
room.head, room.len = room.head + 1, room.len + 1
trim(room, tonumber(ARGV[4]), tonumber(ARGV[5]))
redis.call('HSET', room.key, 'h', int(room.head), 'f', int(room.first), 'a', at)
redis.call(ARGV[6], ARGV[7], 'e' .. room.epoch .. ' ' .. int(room.head) .. '\\n' .. entry)
return {room.epoch, int(room.head), int(room.count), at}
`)

/** ARGV: from 3 on, of each room its name, and the epoch and the head that the node knows. Answers epoch, head, count, lineage of each. */
export const heads: RedisScript = createScript(`${luaRoom}
local generations, answer = readGenerations(), {}
for k = 1, (#KEYS - 1) / 3 do
  local room = open(KEYS[3 * k - 1], KEYS[3 * k], KEYS[3 * k + 1], ARGV[3 * k], generations, ARGV[3 * k + 1], tonumber(ARGV[3 * k + 2]))
  answer[k] = {room.epoch, int(room.head), int(room.count), room.lineage}
end
return answer
`)

/**
 * Compares heads with those that the node knows. KEYS: from 2 on the hash of each room. ARGV: from 3 on, of each room epoch and head.
 * Answers the places of the rooms, from 0, that have another head. All others have the same head, epoch and generation.
 */
export const changedHeads: RedisScript = createScript(`${luaRoom}
local generations, changed = readGenerations(), {}
for k = 2, #KEYS do
  local epoch, head = ARGV[2 * k - 1], ARGV[2 * k]
  local m = redis.call('HMGET', KEYS[k], 'e', 'g', 'h')
  local isSame
  if m[1] then isSame = m[1] == epoch and m[2] == generations[1] and m[3] == head
  else isSame = head == '0' and epoch == derive(generations[1], string.match(KEYS[k], '^{[^}]*}:log:(.*)$')) end
  if not isSame then changed[#changed + 1] = k - 2 end
end
return changed
`)

/** Begins a generation. KEYS: the hash of a partition. */
export const newEpoch: RedisScript = createScript(`${luaRoom}
local generations = readGenerations()
table.insert(generations, 1, string.match(generations[1], '^%x*:') .. random .. 'n')
generations[10] = nil
redis.call('HSET', partition, 'g', table.concat(generations, '\\n'))
return {}
`)

/** ARGV: 3 the room's name, 4 the field of the ban, 5 the ban or nothing, 6 the most bans. Answers \`LIMIT\`, or nothing. */
export const setBan: RedisScript = createScript(`${luaRoom}
local isKnown = redis.call('HEXISTS', KEYS[2], ARGV[4]) == 1
if ARGV[5] == '' then
  if isKnown then redis.call('HDEL', KEYS[2], ARGV[4]); addTo('n:bans', -1) end
  return {}
end
if not isKnown then
  if tonumber(redis.call('HGET', partition, 'n:bans') or 0) >= tonumber(ARGV[6]) then return {'LIMIT'} end
  addTo('n:bans', 1)
  redis.call('HSET', partition, 'r' .. ARGV[3], '')
end
redis.call('HSET', KEYS[2], ARGV[4], ARGV[5])
return {}
`)

/**
 * Deletes old rows and bans of a room, in one slice, and old entries. ARGV: 3 to 5 as of a commit, 6 the cursor, 7 the time before
 * which rows are old. Answers the next cursor.
 */
export const sweep: RedisScript = createScript(`${luaRoom}
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('HDEL', partition, 'r' .. ARGV[3])
  return '0'
end
local room = open(KEYS[2], KEYS[3], KEYS[4], ARGV[3], readGenerations(), '', 0)
if trim(room, tonumber(ARGV[4]), tonumber(ARGV[5])) then redis.call('HSET', room.key, 'f', int(room.first)) end
local slice = redis.call('HSCAN', room.key, ARGV[6], 'COUNT', 200)
for k = 1, #slice[2], 2 do
  local field, value = slice[2][k], slice[2][k + 1]
  if string.find(field, '^r') then
    local usedAt, address = string.match(value, '^%d+ (%d+) ([^\\n]*)')
    if tonumber(usedAt) < tonumber(ARGV[7]) then redis.call('HDEL', room.key, field); countRow(field, address, -1) end
  elseif string.find(field, '^b') and tonumber(string.match(value, '^%d+')) <= now then
    redis.call('HDEL', room.key, field)
    addTo('n:bans', -1)
  end
end
return slice[1]
`)

/** Takes the turn to sweep a partition. ARGV: 3 the least pause since the last turn in ms. Answers 1, or 0 where a node had the turn lately. */
export const claimSweep: RedisScript = createScript(`${luaRoom}
local last = tonumber(redis.call('HGET', partition, 's') or 0)
if last > 0 and now >= last and now - last < tonumber(ARGV[3]) then return 0 end
redis.call('HSET', partition, 's', int(now))
return 1
`)

/** Writes, and publishes to no one. ARGV: 3 PUBLISH or SPUBLISH. */
export const probe: RedisScript = createScript(`${luaRoom}
redis.call('HSET', partition, 'c', int(now))
redis.call(ARGV[3], partition, '')
return {}
`)

/** Loaded by each connection. */
export const logScripts: readonly RedisScript[] = [
  probe,
  commit,
  row,
  page,
  redact,
  heads,
  changedHeads,
  newEpoch,
  setBan,
  sweep,
  claimSweep,
]
