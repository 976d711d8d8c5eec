import { MAX_LINEAGE } from '../../log/lineage.ts'

/**
 * What all scripts of rooms begin with.
 *
 * KEYS: the hash of the partition, then of each room its hash, its list, and its amendments. A partition's hash has the generations in `g`, newest
 * first, a line each; the counts of its rows and bans; and a field for each of its rooms. A room's hash has its epoch `e`, the
 * generation in which that began `g`, head `h`, first `f`, the time of the last entry `a`, count `n`, lineage `p`, and a field for
 * each row and ban. An element of the list is `at count body`; `seq` is `first` and the index. The body is the JSON of the entry without
 * its data, a tab, and the data; a redacted entry has neither tab nor data.
 *
 * The amendments are a sorted set of texts, all with the score 0, where numbers have 16 digits: `o`, the target and the place of each
 * amendment; and `n`, the target, the slot, a tab and the place of those that count.
 *
 * ARGV: a random text, the time in ms.
 *
 * A generation begins with the replication id of the server, which changes with a failover and a restart. After the loss of the
 * partition's hash it has another random part. A room without a record has an epoch that is derived from the generation.
 */
export const luaRoom: string = `
local partition, random, now = KEYS[1], ARGV[1], tonumber(ARGV[2])

local function int(x) return string.format('%.0f', x) end
local function pad(x) return string.format('%016.0f', x) end

local function readGenerations()
  local info = redis.pcall('INFO', 'replication')
  local id = type(info) == 'string' and string.match(info, 'master_replid:(%x+)') or ''
  local stored = redis.call('HGET', partition, 'g') or ''
  local list = {}
  for one in string.gmatch(stored, '[^\\n]+') do list[#list + 1] = one end
  if not list[1] or string.match(list[1], '^(%x*):') ~= id then
    table.insert(list, 1, id .. ':' .. random)
    list[${MAX_LINEAGE + 2}] = nil
    redis.call('HSET', partition, 'g', table.concat(list, '\\n'))
  end
  return list
end

local function derive(generation, name)
  return string.sub(redis.sha1hex(generation .. '\\n' .. name), 1, 16)
end

-- The epoch that is over, and those before it; a loss lowers the heads of all.
local function continued(lineage, epoch, head)
  local lines = {epoch .. ' ' .. int(head)}
  for earlier, at in string.gmatch(lineage, '(%S+) (%d+)') do
    if #lines < ${MAX_LINEAGE} then lines[#lines + 1] = earlier .. ' ' .. int(math.min(tonumber(at), head)) end
  end
  return table.concat(lines, '\\n')
end

-- Reads a room. knownEpoch and knownHead are what the node has seen of it.
local function open(key, list, amendments, name, generations, knownEpoch, knownHead)
  local m = redis.call('HMGET', key, 'e', 'g', 'h', 'f', 'a', 'n', 'p')
  local len = redis.call('LLEN', list)
  local room = {
    key = key, list = list, amendments = amendments, len = len, epoch = m[1], isStored = m[1] and true,
    head = tonumber(m[3] or 0), first = tonumber(m[4] or 1), at = tonumber(m[5] or 0), count = tonumber(m[6] or 0),
    lineage = m[7] or '', generation = generations[1],
  }
  if not room.isStored then
    local lines = {}
    for k = 2, #generations do lines[#lines + 1] = derive(generations[k], name) .. ' 0' end
    room.epoch, room.lineage = derive(generations[1], name), table.concat(lines, '\\n')
    if len > 0 or (knownEpoch == room.epoch and knownHead > 0) or redis.call('EXISTS', amendments) == 1 then
      -- Something has deleted the room's hash, with its rows.
      room.lineage, room.epoch = continued(room.lineage, room.epoch, 0), random
      redis.call('HSET', key, 'e', room.epoch, 'g', room.generation, 'h', 0, 'f', 1, 'p', room.lineage)
      redis.call('DEL', list, amendments)
      local counts = redis.call('HKEYS', partition)
      for k = 1, #counts do
        if string.find(counts[k], '^[aon]') then redis.call('HDEL', partition, counts[k]) end
      end
      room.len, room.isStored = 0, true
    end
  else
    local isBehind = knownEpoch == room.epoch and knownHead > room.head
    if isBehind or m[2] ~= room.generation then
      room.lineage = continued(room.lineage, room.epoch, room.head)
      room.epoch = isBehind and random or derive(room.generation, name)
      redis.call('HSET', key, 'e', room.epoch, 'g', room.generation, 'p', room.lineage)
    end
    if len ~= room.head - room.first + 1 then
      -- Something has deleted the entries.
      room.first, room.len = room.head + 1, 0
      redis.call('HSET', key, 'f', int(room.first))
      redis.call('DEL', list, amendments)
    end
  end
  return room
end

-- Deletes the oldest entries beyond keep, and those from before since. Whether it has deleted any.
local function trim(room, keep, since)
  local cut = math.max(0, room.len - keep)
  local function isYoung(k)
    return tonumber(string.match(redis.call('LINDEX', room.list, k), '^%d+')) >= since
  end
  if since > 0 and cut < room.len and not isYoung(cut) then
    local old, young = cut, room.len
    while young - old > 1 do
      local middle = math.floor((old + young) / 2)
      if isYoung(middle) then young = middle else old = middle end
    end
    cut = young
  end
  if cut == 0 then return false end
  redis.call('LPOP', room.list, cut)
  room.first, room.len = room.first + cut, room.len - cut
  for _, kind in ipairs({'n', 'o'}) do
    redis.call('ZREMRANGEBYLEX', room.amendments, '[' .. kind, '(' .. kind .. pad(room.first))
  end
  return true
end

-- The places of amendments of these targets, which are at the end of their texts, with their targets.
local function amending(room, kind, first, last)
  local found = redis.call('ZRANGEBYLEX', room.amendments, '[' .. kind .. pad(first), '(' .. kind .. pad(last + 1))
  for k = 1, #found do
    found[k] = {target = tonumber(string.sub(found[k], 2, 17)), seq = tonumber(string.sub(found[k], -16))}
  end
  return found
end

local function textAt(room, seq)
  if seq < room.first or seq >= room.first + room.len then return nil end
  return redis.call('LINDEX', room.list, seq - room.first)
end

local function isRedacted(text) return not string.find(text, '\\t', 1, true) end

local function withoutData(text) return string.match(text, '^[^\\t]*') end

-- Of the JSON of an entry.
local function sizeOf(text, seq)
  local at, place = string.match(text, '^(%d+) %d+ ()')
  return #text - place + 1 + #at + #int(seq) + 20
end

local function ownerOf(field) return string.match(field, '^r(.-)\\n') end

local function addTo(field, change)
  if redis.call('HINCRBY', partition, field, change) <= 0 then redis.call('HDEL', partition, field) end
end

-- Rows of the server are not counted.
local function countRow(field, address, change)
  local owner = ownerOf(field)
  if owner == '"server"' then return end
  addTo('n:rows', change)
  if string.sub(owner, 1, 7) == '"guest ' then addTo('n:guests', change) end
  addTo('o' .. owner, change)
  if address ~= '' then addTo('a' .. address, change) end
end

-- The bound that a new row reaches.
local function reached(field, address, maxRows, maxGuests, maxOfOwner, maxAtAddress)
  local owner = ownerOf(field)
  if owner == '"server"' then return nil end
  local counts = redis.call('HMGET', partition, 'n:rows', 'n:guests', 'o' .. owner, 'a' .. address)
  local function isFull(k, max) return tonumber(counts[k] or 0) >= tonumber(max) end
  if address ~= '' and isFull(4, maxAtAddress) then return 'address' end
  if isFull(3, maxOfOwner) then return 'owner' end
  if string.sub(owner, 1, 7) == '"guest ' and isFull(2, maxGuests) then return 'guests' end
  return isFull(1, maxRows) and 'all' or nil
end
`
