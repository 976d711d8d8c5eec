// Each mutant breaks one rule. The tests that it names must fail then.
const client = 'packages/client/src'
const server = 'packages/server/src'
const model = 'packages/client/test/roomful/model'

/**
 * @typedef {{ file: string, find: string, replace: string }} Edit
 * @typedef {{ name: string, edits: Edit[], tests: string, project?: string }} Mutant
 */

/** @type {(name: string, file: string, find: string, replace: string, tests: string) => Mutant} */
const mutant = (name, file, find, replace, tests) => ({ name, edits: [{ file, find, replace }], tests })

const guards = 'packages/server/test/guard'

/** @type {Mutant[]} */
export const mutants = [
  mutant(
    'S6 a second CONNECT before admission is accepted',
    `${server}/guard/frame-rules.ts`,
    "if (this.#namespaces.has(namespace)) return 'connects'",
    '',
    guards,
  ),
  mutant(
    'S11 packets at once are not counted',
    `${server}/guard/connection-guard.ts`,
    'this.#packetsInTurn += 1',
    '',
    guards,
  ),
  mutant(
    'S12 pages do not wait for what is unsent',
    `${server}/guard/connection-guard.ts`,
    'if (this.#closeAt !== undefined) return false',
    'if (this.#closeAt === undefined) return true',
    guards,
  ),
  mutant(
    'S12 what is unsent closes no connection',
    `${server}/guard/connection-guard.ts`,
    'now - (this.#fullSince ??= now) >= FULL_MS',
    'now < 0',
    guards,
  ),
  mutant(
    'S5 no dedup',
    `${server}/log/sender-row.ts`,
    'const known = answerFrom(row, n, hash)',
    'const known = undefined',
    model,
  ),
  mutant(
    'S4 a refusal is not recorded',
    `${server}/log/sender-row.ts`,
    'last = Math.max(last, n)',
    "if ('entry' in item) last = Math.max(last, n)",
    model,
  ),
  mutant(
    'S4 only the last answer is kept',
    `${server}/log/sender-row.ts`,
    'results: recorded, usedAt',
    'results: recorded.slice(-1), usedAt',
    model,
  ),
  mutant(
    'E8 an epoch that comes while joining is forgotten',
    `${client}/roomful/log.ts`,
    "return isOld ? [...outputs, { type: 'rejoin' }] : outputs",
    'return outputs',
    model,
  ),
  mutant(
    'E9 a connection that is accepted and broken resets the back-off',
    `${client}/connection/connection.ts`,
    "if (this.#status === 'connected' && now - this.#connectedAt >= STABLE_MS)",
    "if (this.#status === 'connected')",
    'packages/client/test/connection/attempt.node.test.ts',
  ),
  mutant(
    'E9 a room that is lost again and again is joined at once each time',
    `${client}/rooms/membership.ts`,
    'if (attempt > 0) this.#retry(attempt)',
    '',
    'packages/client/test/rooms/membership-connects.node.test.ts',
  ),
  mutant(
    'S28 members beyond the bound are shown',
    `${client}/roomful/members.ts`,
    'if (members.size < MAX_MEMBERS || members.has(member.user.id))',
    'if (MAX_MEMBERS)',
    'packages/client/test/roomful/bounds.node.test.ts',
  ),
  mutant(
    'S29 answers that the server does not read fill the memory',
    `${client}/events/dispatcher.ts`,
    'if (isLate || this.#isCongested())',
    'if (isLate)',
    'packages/client/test/events/unread-answers.node.test.ts',
  ),
  mutant(
    'C3 a write that is given up counts as not made',
    `${client}/roomful/outbox/pending-writes.ts`,
    "else if (result === 'timeout' && change !== 'remove') this.adopt(message)",
    '',
    model,
  ),
  mutant(
    'E9 a page that only says that messages are gone counts as progress',
    `${client}/roomful/log.ts`,
    'const { last } = place\n',
    'const last = outputs.length > 0 ? -1 : place.last\n',
    'packages/client/test/roomful/room-log.node.test.ts',
  ),
  mutant(
    'S5 the same key with another body gets the old answer',
    `${server}/log/sender-row.ts`,
    'known.hash === hash',
    'known',
    'packages/server/test',
  ),
  {
    name: 'S4 the row as it was when the batch was looked at, not as it is at the commit',
    tests: model,
    edits: [
      {
        file: `${model}/server.ts`,
        find: 'const row = rows.get(cid)',
        replace: 'const row = (task.row = rows.get(cid))',
      },
      { file: `${model}/server.ts`, find: 'settle(rows.get(cid), ', replace: 'settle(task.row, ' },
    ],
  },
  mutant(
    'S4 no look at the epoch at the commit',
    `${model}/server.ts`,
    "if (batch.epoch !== store.epoch) return (answer([], 'EPOCH'), true)",
    '',
    model,
  ),
  mutant(
    'S3 a passing refusal is skipped, and the rest goes on',
    `${model}/server.ts`,
    "task.code = 'RATE'\n        break",
    "task.code = 'RATE'\n        continue",
    model,
  ),
  {
    name: 'S11 the page is read before the member is one',
    tests: model,
    edits: [
      {
        file: `${model}/server.ts`,
        find: 'link.member.add(frame.room) // member first, then the page (S11)',
        replace:
          "return void this.tasks.push({ link, frame, number: this.#count++, stage: 'done', items: [], answer: this.#read(frame) }) || true",
      },
      {
        file: `${model}/server.ts`,
        find: 'if (task.answer) reply',
        replace: "if (task.frame.type === 'join') task.link.member.add(task.frame.room); if (task.answer) reply",
      },
    ],
  },
  mutant(
    'C3 queued messages are not stored',
    `${client}/roomful/outbox/pending-writes.ts`,
    "if (change !== 'remove') put.push({ cid, n, id, user, room, event, data, ...(sentAt !== undefined && { sentAt }) })",
    "if (change !== 'remove') void [id, sentAt]",
    model,
  ),
  mutant(
    'C3 a batch is sent before it is stored',
    `${client}/roomful/outbox/outbox-core.ts`,
    "this.#isStoring = true\n    this.#outputs.push({ type: 'store', put, remove })",
    "this.#send()\n    this.#isStoring = true\n    this.#outputs.push({ type: 'store', put, remove })",
    model,
  ),
  mutant(
    'C4 a message that was sent is passed over',
    `${client}/roomful/outbox/room-queue.ts`,
    'if (message.user !== user || this.#ending.has(message)) continue',
    'if (message.user !== user || message.sentAt !== undefined || this.#ending.has(message)) continue',
    model,
  ),
  mutant(
    'C6 the answer of another epoch counts',
    `${client}/roomful/outbox/room-queue.ts`,
    'results.length > 0 && epoch !== this.session?.epoch',
    'false',
    'packages/client/test/roomful/outbox',
  ),
  mutant(
    'C6 a rejection is reported before its removal is stored',
    `${client}/roomful/outbox/outbox-core.ts`,
    "if (output.type === 'settled' && output.outcome.state !== 'confirmed' && this.#writes) {\n        this.#writes.settle(output)\n        continue\n      }",
    '',
    `${model} packages/client/test/roomful/outbox`,
  ),
  mutant(
    'C8 no end to what is sent again',
    `${client}/roomful/outbox/room-queue.ts`,
    'sentAt <= forgottenMs',
    'false',
    model,
  ),
  mutant(
    'C9 a refused join rejects what was sent',
    `${client}/roomful/outbox/message.ts`,
    'if (!mayBeSent)',
    'if (true)',
    model,
  ),
  mutant(
    'C12 another epoch is taken for the same',
    `${client}/roomful/log.ts`,
    'place.epoch === page.epoch && place.last <= page.head',
    'true',
    model,
  ),
  mutant(
    'C13 live messages before the replay',
    `${client}/roomful/log.ts`,
    "if (status === 'joining' || !place)",
    "if (entry && place && status === 'joining') {\n      place.last = seq\n      return [{ type: 'deliver', entry, replayed: false }]\n    }\n    if (!place)",
    model,
  ),
  mutant(
    'C13 a hole is not filled',
    `${client}/roomful/log.ts`,
    "const isMissing = status === 'joined' && place.last < this.#known && !this.#isFetching",
    'const isMissing = false',
    model,
  ),
  mutant(
    'C13 what was shown is shown again',
    `${client}/roomful/log.ts`,
    'if (seq <= place.last) return []',
    "if (seq <= place.last) return entry ? [{ type: 'deliver', entry, replayed: false }] : []",
    model,
  ),
  mutant(
    'C13 over the bound a message is forgotten, and not known of',
    `${client}/roomful/log.ts`,
    '    this.#learn(epoch, seq)\n    if (!entry || this.#held.has(seq) || this.#held.size >= this.#limit.entries) return []',
    '    if (!entry || this.#held.has(seq) || this.#held.size >= this.#limit.entries) return []\n    this.#learn(epoch, seq)',
    model,
  ),
  mutant(
    'C13 a page of another epoch counts',
    `${client}/roomful/log.ts`,
    'if (!place || page.epoch !== place.epoch)',
    'if (!place)',
    'packages/client/test/roomful/room-log.node.test.ts',
  ),
  mutant(
    'S12 $head is not heard',
    `${client}/roomful/log.ts`,
    "if (epoch !== place.epoch) return [{ type: 'rejoin' }]",
    "if (!entry) return []\n    if (epoch !== place.epoch) return [{ type: 'rejoin' }]",
    model,
  ),
  mutant(
    'S3 a passing refusal is skipped, and the rest goes on, in the server that ships',
    `${server}/publish/publisher.ts`,
    'if (isPassingCode(refusal.code)) return { items: decided, stopped: refusal }',
    'if (isPassingCode(refusal.code)) continue',
    'packages/server/test/publish packages/server/test/handle packages/server/test/dedup',
  ),
  mutant(
    'S4 no look at the epoch at the commit, in memory',
    `${server}/log/memory-log.ts`,
    'if (epoch !== log.epoch) return undefined',
    '',
    'packages/server/test/memory-log',
  ),
  mutant(
    'S4 no look at the epoch at the commit, in SQLite',
    `${server}/log/sqlite/sqlite-log.ts`,
    'if (epoch !== this.#epochOf(room)) return undefined',
    '',
    'packages/server/test/sqlite-log',
  ),
  mutant(
    'S4 the entries are stored, and the row is not',
    `${server}/log/sqlite/sqlite-log.ts`,
    'this.#senders.set(stored.id, sender, row)',
    '',
    'packages/server/test/sqlite-log packages/server/test/dedup',
  ),
  {
    name: 'S4 the row as it was when the batch was looked at, in memory',
    tests: 'packages/server/test/memory-log',
    edits: [
      {
        file: `${server}/log/memory-log.ts`,
        find: 'return this.#rows.get(room, sender)',
        replace:
          'return ((this.looked ??= new Map()).set(sender.cid + room, this.#rows.get(room, sender)), this.looked.get(sender.cid + room))',
      },
      {
        file: `${server}/log/memory-log.ts`,
        find: 'settle(this.#rows.get(room, sender), ',
        replace: 'settle(this.looked?.get(sender.cid + room) ?? this.#rows.get(room, sender), ',
      },
    ],
  },
  {
    name: 'S4 the row as it was when the batch was looked at, in SQLite',
    tests: 'packages/server/test/sqlite-log',
    edits: [
      {
        file: `${server}/log/sqlite/sqlite-log.ts`,
        find: 'return this.#now(() => this.#rowOf(this.#rooms.find(room)?.id, sender))',
        replace:
          'return this.#now(() => ((this.looked ??= new Map()).set(sender.cid + room, this.#rowOf(this.#rooms.find(room)?.id, sender)), this.looked.get(sender.cid + room)))',
      },
      {
        file: `${server}/log/sqlite/sqlite-log.ts`,
        find: 'settle(this.#rowOf(known?.id, sender), ',
        replace: 'settle(this.looked?.get(sender.cid + room) ?? this.#rowOf(known?.id, sender), ',
      },
    ],
  },
  {
    name: 'S4 the row is in memory only',
    tests: 'packages/server/test/dedup',
    edits: [
      {
        file: `${server}/log/sqlite/sqlite-log.ts`,
        find: 'this.#senders.set(stored.id, sender, row)',
        replace: 'void (this.rows ??= new Map()).set(JSON.stringify([stored.id, sender]), row)',
      },
      {
        file: `${server}/log/sqlite/sqlite-log.ts`,
        find: 'this.#senders.get(room, sender)',
        replace: 'this.rows?.get(JSON.stringify([room, sender]))',
      },
    ],
  },
  {
    name: 'S4 the entries in one transaction, the row in the next, and answered after both',
    tests: 'packages/server/test/sqlite-crash',
    edits: [
      {
        file: `${server}/log/sqlite/sqlite-log.ts`,
        find: 'return this.#write(() => this.#commit(room, batch))',
        replace:
          'return this.#write(() => this.#commit(room, batch)).then((done) => this.#write(() => (batch.items.later?.(), done)))',
      },
      {
        file: `${server}/log/sqlite/sqlite-log.ts`,
        find: 'this.#senders.set(stored.id, sender, row)',
        replace: 'items.later = () => this.#senders.set(stored.id, sender, row)',
      },
    ],
  },
  {
    name: 'S11 the page is read before the member is one, in the server that ships',
    tests: 'packages/server/test/join',
    edits: [
      {
        file: `${server}/rooms/memberships.ts`,
        find: 'await room.enter(this.#socket, this.#identity.wire, presence)',
        replace: '',
      },
      {
        file: `${server}/rooms/memberships.ts`,
        find: 'return { ok: true, ...page, ...(name !== INBOX && { members: room.members() }) }',
        replace:
          'await room.enter(this.#socket, this.#identity.wire, presence); return { ok: true, ...page, members: room.members() }',
      },
    ],
  },
  mutant(
    'S7 a shared commit that fails at its end is confirmed all the same',
    `${server}/log/sqlite/group-commit.ts`,
    'const outcomes = this.#file.transaction(() => writes.map(({ write }) => attempt(write)))',
    `let outcomes
      try {
        this.#file.transaction(() => void (outcomes = writes.map(({ write }) => attempt(write))))
      } catch (error) {
        if (outcomes === undefined) throw error
      }`,
    'packages/server/test/sqlite-full',
  ),
  mutant(
    'S7 what a write has done before it failed stays',
    `${server}/log/sqlite/log-file.ts`,
    "if (this.database.inTransaction) this.database.exec('ROLLBACK')",
    "if (this.database.inTransaction) this.database.exec('COMMIT')",
    'packages/server/test/sqlite-full packages/server/test/sqlite-log',
  ),
  mutant(
    'S7 a file is opened unread',
    `${server}/log/sqlite/log-file.ts`,
    'assertIntact(database)',
    '',
    'packages/server/test/sqlite-open',
  ),
  mutant(
    'S7 what is damaged in one room goes on confirming in the others',
    `${server}/log/sqlite/sqlite-log.ts`,
    'if (isDamage(error)) this.#damage = failure',
    '',
    'packages/server/test/sqlite-open',
  ),
  mutant(
    'S6 acked before it is stored',
    `${server}/log/sqlite/group-commit.ts`,
    'const outcomes = this.#file.transaction(() => writes.map(({ write }) => attempt(write)))',
    `let outcomes
      try {
        this.#file.transaction(() => {
          outcomes = writes.map(({ write }) => attempt(write))
          throw new Error('later')
        })
      } catch {}
      setTimeout(() => this.#file.transaction(() => writes.map(({ write }) => attempt(write))), 50)`,
    'packages/server/test/sqlite-log',
  ),
  mutant(
    'C1 each page has the same cid',
    `${client}/page-id.ts`,
    'return randomId(22)',
    "return '0'.repeat(22)",
    'packages/client/test/roomful/faults/reload',
  ),
  mutant(
    'E1 an adopted message gets another id',
    `${client}/roomful/outbox/message.ts`,
    'return { ...entry, id, bytes',
    'return { ...entry, id: messageId() || id, bytes',
    model,
  ),
  mutant(
    'E1 the id of a message is computed from its key',
    `${client}/roomful/outbox/message.ts`,
    'return { ...key, id: messageId(), user',
    "return { ...key, id: `${key.cid.slice(0, 8)}-${String(key.n).padStart(7, '0')}`, user",
    'packages/client/test/timeline/timeline-self',
  ),
  mutant(
    'E1 a message of the first edition that was sent is sent again',
    `${client}/roomful/outbox/room-queue.ts`,
    'if (!isMessageId(id))',
    'if (!isMessageId(id) && !id)',
    'packages/client/test/roomful/outbox/outbox-storing',
  ),
  mutant(
    'E1 the id is not part of the hash',
    `${server}/json.ts`,
    'const text = `["${id}",',
    'const text = `["${id && 0}",',
    'packages/server/test/dedup',
  ),
  mutant(
    'E14 the first failure of a handler is final',
    `${server}/publish/failed-attempts.ts`,
    'if (count >= MAX_ATTEMPTS)',
    'if (count >= 1)',
    'packages/server/test/failed-handlers',
  ),
  mutant(
    'E14 a handler that always fails is tried again for ever',
    `${server}/publish/failed-attempts.ts`,
    'if (count >= MAX_ATTEMPTS)',
    'if (count >= Infinity)',
    'packages/server/test/failed-handlers',
  ),
  mutant(
    'E14 the failures of all messages of a sender count together',
    `${server}/publish/failed-attempts.ts`,
    'known?.n === n && at',
    'known && at',
    'packages/server/test/failed-handlers',
  ),
  mutant(
    'E14 time in which the process stood still counts',
    `${server}/awake-timeout.ts`,
    'const SLICES = 20',
    'const SLICES = 1',
    'packages/server/test/awake-timeout',
  ),
  mutant(
    'S18 all senders have one key for handlers',
    `${server}/publish/publisher.ts`,
    'const senderKey = sender.user ?? guestKeyOf(sender.cid)',
    'const senderKey = room.name && guestKeyOf(room.name)',
    'packages/server/test/message-ids',
  ),
  mutant(
    'TL2 a guest keeps the place that it has taken from an own message',
    `${client}/timeline/timeline-list.ts`,
    'const mistaken = (seq !== undefined || isRefusedGuest) && this.#returnPlace(id, seq)',
    'const mistaken = isRefusedGuest && this.#returnPlace(id, seq)',
    'packages/client/test/timeline/timeline-view',
  ),
  mutant(
    'C1 an adopter gives numbers under the adopted cid',
    `${client}/roomful/storage/stored-outbox.ts`,
    "this.#outbox.step({ type: 'adopt', messages: entries.map(messageFrom) })",
    "this.#outbox.step({ type: 'adopt', messages: entries.map(messageFrom) })\n    for (const { cid, n } of entries) Object.assign(this.#outbox, { lastKey: { cid, n } })",
    'packages/client/test/roomful/faults/reload packages/client/test/roomful/outbox',
  ),
  mutant(
    'C2 another user sends queued messages',
    `${client}/roomful/outbox/room-queue.ts`,
    'if (message.user !== user || this.#ending.has(message)) continue',
    'if (this.#ending.has(message)) continue',
    'packages/client/test/roomful/outbox',
  ),
  mutant(
    'C6 confirmed when it is sent',
    `${client}/roomful/outbox/outbox.ts`,
    "for (const message of messages) this.#show(message, { state: 'sending' })",
    "for (const message of messages) this.#receipts.settle(message, { state: 'confirmed', seq: 1, at: 0 })",
    'packages/client/test/roomful/outbox packages/client/test/roomful/faults/lost-frames',
  ),
  mutant(
    'C10 the room is left before its queued messages are sent',
    `${client}/rooms/membership.ts`,
    'else if (this.#isNeeded) {',
    'else if (false) {',
    'packages/client/test/roomful/join-for-outbox packages/client/test/roomful/outbox',
  ),
  {
    ...mutant(
      'C11 entries of another page are adopted without its lock',
      `${client}/roomful/storage/page-locks.ts`,
      'const request = navigator.locks.request(name, options, async (lock) => {',
      'const request = Promise.resolve({}).then(async (lock) => {',
      'packages/client/test/roomful/storage/storage-pages',
    ),
    project: '*:chromium',
  },
  mutant(
    'C19 a message that ends connections is sent with the others for ever',
    `${client}/roomful/outbox/room-queue.ts`,
    'if (this.#droppedConnections < MAX_DROPPED_CONNECTIONS) return []',
    'return []',
    'packages/client/test/roomful/outbox/room-queue',
  ),
  mutant(
    'P8 messages are sent before the join is answered',
    `${client}/roomful/roomful-room.ts`,
    "      this.#runLog({ type: 'joining' })\n",
    "      this.#runLog({ type: 'joining' })\n      const session = { epoch: 'some-epoch', ...this.link.hello.limits }\n      this.link.outbox.step({ type: 'open', room: this.host.name, session })\n",
    'packages/client/test/roomful/faults/before-the-join',
  ),
  mutant(
    'C3 a stored message that cannot be marked is sent',
    `${client}/roomful/outbox/pending-writes.ts`,
    'if (isStuck) left.set(message, leftInStorage(message))',
    'if (isStuck) void leftInStorage(message)',
    'packages/client/test/roomful/outbox/outbox-storing',
  ),
  mutant(
    'C7 an untouched message counts as sent',
    `${client}/roomful/outbox/room-queue.ts`,
    'for (const sent of rest) if (batch.firstSent.has(sent)) sent.sentAt = undefined',
    'for (const sent of rest) if (!batch.firstSent.has(sent)) sent.sentAt = undefined',
    'packages/client/test/roomful/outbox',
  ),
  mutant(
    'C7 an untouched message stays marked in the storage',
    `${client}/roomful/outbox/outbox-core.ts`,
    "if (output.type === 'queued' && output.message.sentAt === undefined) this.#writes?.put(output.message)",
    "if (output.type === 'queued') void output.message",
    'packages/client/test/roomful/outbox/outbox-storing',
  ),
  mutant(
    'CN10 the client is connected without the $hello',
    `${client}/connection/connection.ts`,
    'const info = this.#serverInfo ?? this.#knownInfo()',
    "const info = this.#serverInfo ?? this.#knownInfo() ?? { user: undefined, guarantees: { rooms: 'roomful', outbox: 'memory' } }",
    'packages/client/test/connection/hello',
  ),
  mutant(
    'CN14 packets from before the client is connected are lost',
    `${client}/events/dispatcher.ts`,
    'for (const [event, args] of early ?? []) if (!this.#early) this.#dispatch(event, args)',
    'void early',
    'packages/client/test/connection/early-packets',
  ),
  mutant(
    'CN14 packets from before the client is connected are dispatched at once',
    `${client}/events/dispatcher.ts`,
    'if (!this.#early) return this.#dispatch(event, args)\n    if (this.#protocol().receiveEarly(event, args)) return',
    'if (this.#early && this.#protocol().receiveEarly(event, args)) return\n    if (event) return this.#dispatch(event, args)',
    'packages/client/test/connection/early-packets',
  ),
  mutant(
    'RM13 a join is sent without its params',
    `${client}/roomful/roomful-room.ts`,
    '      params,\n',
    '',
    'packages/client/test/rooms/join-params',
  ),
  mutant(
    'RM13 a join of a plain server is sent without its params',
    `${client}/rooms/plain/plain-room.ts`,
    "callFrom('join', () => join(name, params))",
    "callFrom('join', () => join(name, undefined))",
    'packages/client/test/rooms/join-params',
  ),
  mutant(
    'LC4 another user keeps the rooms of the first',
    `${client}/create-client.ts`,
    '      rooms.onUserChanged()\n',
    '',
    'packages/client/test/roomful/another-user',
  ),
  mutant(
    'LC4 another user sends queued emits of the first',
    `${client}/create-client.ts`,
    "      sender.clear(new RoomfulError('DISCONNECTED', 'another user is connected now'))\n",
    '',
    'packages/client/test/roomful/another-user',
  ),
  mutant(
    'LC4 another user gets the presence of the first',
    `${client}/roomful/presence/own-presence-state.ts`,
    'own.userId !== undefined && own.userId !== userId ? removed(own) : own',
    'own',
    'packages/client/test/roomful/presence packages/client/test/roomful/another-user',
  ),
  mutant(
    'LC1 close leaves the Web Lock and the storage',
    `${client}/roomful/outbox/outbox.ts`,
    'this.#stored?.session.close()',
    '',
    'packages/client/test/close',
  ),
  {
    ...mutant(
      'LC1 close leaves the Web Lock in a browser',
      `${client}/roomful/storage/storage-session.ts`,
      'this.#records.afterTurns(() => this.#locks.close())\n    this.#records.close()',
      'this.#records.close()',
      'packages/client/test/close',
    ),
    project: '*:chromium',
  },
  mutant(
    'LC1 close leaves the timers of rooms',
    `${client}/rooms/rooms.ts`,
    'for (const room of this.all()) room.close()',
    '',
    'packages/client/test/close',
  ),
  mutant(
    'LC2 an aborted call keeps its acknowledgement',
    `${client}/transport/socket-io-adapter.ts`,
    'const forget = (): void => void delete acks[id]',
    'const forget = (): void => void acks[id]',
    'packages/client/test/events/ended-calls',
  ),
  mutant(
    'LC3 rooms that were left are kept',
    `${client}/rooms/rooms.ts`,
    "else if (typeof WeakRef === 'function') this.#rooms.set(room.name, new WeakRef(room))",
    '',
    'packages/client/test/rooms/unused-rooms',
  ),
  mutant(
    'LC3 a room with listeners is not kept',
    `${client}/rooms/room-core.ts`,
    'events.size > 0 || store.hasListeners() || ',
    '',
    'packages/client/test/rooms/unused-rooms',
  ),
  mutant(
    'PR3 a presence is sent more than once in 100 ms',
    `${client}/roomful/presence/own-presence-state.ts`,
    'own.inFlight !== undefined || own.isWaiting || json === own.onServer',
    'own.inFlight !== undefined || json === own.onServer',
    'packages/client/test/roomful/presence/own-presence.node packages/client/test/roomful/presence/presence-model',
  ),
  mutant(
    'OB17 clear() leaves stored messages',
    `${client}/roomful/outbox/outbox.ts`,
    'await this.#stored?.clear(this.#core.user)',
    '',
    'packages/client/test/roomful/outbox',
  ),
  mutant(
    'S25 an inbox is not chosen by the user',
    `${server}/rooms/memberships.ts`,
    'inboxOf(this.#identity.wire.id)',
    "inboxOf('ann')",
    'packages/server/test/inbox.node.test.ts',
  ),
  mutant(
    'S25 clients write to an inbox',
    `${server}/connection/requests.ts`,
    "if (room === INBOX) throw refuse('FORBIDDEN', `only the server writes to ${INBOX}`)",
    'if (room === INBOX) return INBOX',
    'packages/server/test/inbox.node.test.ts',
  ),
  mutant(
    'E18 names that look the same are two rooms',
    'packages/contract/src/names.ts',
    'if (value !== value.normalize())',
    'if (false)',
    'packages/contract/test/names.node.test.ts',
  ),
  mutant(
    'E6 a batch under way when the client is put out ends without its answer',
    `${client}/roomful/outbox/room-queue.ts`,
    'if (batch) for (const message of this.#inBatch) this.#ending.set(message, { batch, error })',
    '',
    'packages/client/test/roomful/outbox/outbox-refused',
  ),
  mutant(
    'E6 a client that was put out still takes itself for a member',
    `${client}/rooms/membership.ts`,
    "this.#go({ type: 'out', error })",
    '',
    'packages/client/test/rooms/membership-out',
  ),
  mutant(
    'S15 a join under way outlives the removal',
    `${server}/rooms/memberships.ts`,
    'if (join.removal === undefined) {',
    '{',
    'packages/server/test/remove',
  ),
  mutant(
    'S15 a join is not decided again after a removal meanwhile',
    `${server}/rooms/memberships.ts`,
    'if (join.removal !== undefined || user !== this.#identity.user) continue',
    'if (user !== this.#identity.user) continue',
    'packages/server/test/remove',
  ),
  mutant(
    'S15 a move by the app is not noticed',
    `${server}/rooms/channels.ts`,
    "adapter.on('leave-room', onLeft)",
    '',
    'packages/server/test/moved-sockets',
  ),
  mutant(
    'S16 a batch is stored after its sender was put out',
    `${server}/publish/publisher.ts`,
    'assertMember()\n    const committed',
    'const committed',
    'packages/server/test/remove',
  ),
]
