// Each breaks one rule of the protocol, on purpose: the tests named beside it must fail then.
const client = 'packages/client/src'
const server = 'packages/server/src'
const model = 'packages/client/test/roomful/model'

/**
 * @typedef {{ file: string, find: string, replace: string }} Edit
 * @typedef {{ name: string, edits: Edit[], tests: string, project?: string }} Mutant
 */

/** @type {(name: string, file: string, find: string, replace: string, tests: string) => Mutant} */
const mutant = (name, file, find, replace, tests) => ({ name, edits: [{ file, find, replace }], tests })

/** @type {Mutant[]} */
export const mutants = [
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
    'results: remembered, usedAt',
    'results: remembered.slice(-1), usedAt',
    model,
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
    "if (flight.epoch !== store.epoch) return (answer([], 'EPOCH'), true)",
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
        find: 'link.member.add(frame.room) // a member first, then the page (S11)',
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
    'C1 the storage is never told of what waits',
    `${client}/roomful/outbox/unstored.ts`,
    'else put.push(departing.has(message) ? { ...message, sentAt } : message)',
    '',
    model,
  ),
  mutant(
    'C3 a batch leaves before it is stored',
    `${client}/roomful/outbox/outbox-core.ts`,
    'if (step) this.#outputs.push(() => this.keep(step.put, step.remove))\n    else this.#send()',
    'this.#send()\n    if (step) this.#outputs.push(() => this.keep(step.put, step.remove))',
    model,
  ),
  mutant(
    'C4 two batches in flight',
    `${client}/roomful/outbox/room-queue.ts`,
    'if (!mine(message)) continue',
    'if (!mine(message) || message.sentAt !== undefined) continue',
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
    'C6 a rejection is told before its removal is stored',
    `${client}/roomful/outbox/outbox-core.ts`,
    "if (this.unstored && outcome.state !== 'confirmed') return this.unstored.ended(message, outcome)",
    '',
    `${model} packages/client/test/roomful/outbox`,
  ),
  mutant(
    'C8 no end to what is sent again',
    `${client}/roomful/outbox/room-queue.ts`,
    'sentAt <= forgotten',
    'false',
    model,
  ),
  mutant(
    'C9 a refused join rejects what was sent',
    `${client}/roomful/outbox/message.ts`,
    'if (!wasSent)',
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
    '    this.#learn(epoch, seq)\n    if (!entry || this.#held.has(seq) || this.#held.size >= this.bound.entries) return []',
    '    if (!entry || this.#held.has(seq) || this.#held.size >= this.bound.entries) return []\n    this.#learn(epoch, seq)',
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
    `${server}/publisher.ts`,
    'if (isPassing(error.code)) return { items: decided, stopped: error }',
    'if (isPassing(error.code)) continue',
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
        file: `${server}/memberships.ts`,
        find: 'await room.enter(this.#socket, this.#who.wire, presence)',
        replace: '',
      },
      {
        file: `${server}/memberships.ts`,
        find: 'const entries = page.epoch',
        replace: 'await room.enter(this.#socket, this.#who.wire, presence); const entries = page.epoch',
      },
    ],
  },
  mutant(
    'S7 a shared commit that fails at its end is confirmed all the same',
    `${server}/log/sqlite/shared-commits.ts`,
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
    'assertWhole(database)',
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
    `${server}/log/sqlite/shared-commits.ts`,
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
    'C1 the id of an earlier page again',
    `${client}/roomful/outbox/page-id.ts`,
    'crypto.getRandomValues(new Uint8Array(16))',
    'new Uint8Array(16)',
    'packages/client/test/roomful/faults/reload',
  ),
  mutant(
    'C1 a page that takes over goes on numbering under the old id',
    `${client}/roomful/outbox/outbox.ts`,
    'needed: (room) => hooks.needed(room)',
    'needed: (room) => { const all = [...this.queues.get(room).messages]; this.#cid = all[0].cid; this.#lastNumber = Math.max(...all.map(({ n }) => n)); hooks.needed(room) }',
    'packages/client/test/roomful/faults/reload packages/client/test/roomful/outbox',
  ),
  mutant(
    'C2 another user sends what waits',
    `${client}/roomful/outbox/outbox-core.ts`,
    "this.standing === 'told' && user === this.user",
    "this.standing === 'told'",
    'packages/client/test/roomful/outbox',
  ),
  mutant(
    'C6 confirmed when it is written',
    `${client}/roomful/outbox/outbox.ts`,
    'const answer = this.#hooks.send(room, flight)',
    "const answer = this.#hooks.send(room, flight); if (answer instanceof Promise) for (const message of messages) this.#receipts.get(message)?.resolve({ confirmed: true, id: '', seq: 1, at: 0 })",
    'packages/client/test/roomful/outbox packages/client/test/roomful/faults/lost-frames',
  ),
  mutant(
    'C10 the server hears of a leave before what waits has gone',
    `${client}/rooms/membership.ts`,
    'else if (this.#isNeeded) {',
    'else if (false) {',
    'packages/client/test/roomful/join-for-outbox packages/client/test/roomful/outbox',
  ),
  {
    ...mutant(
      'C11 what another page left is taken without its lock',
      `${client}/roomful/storage/page-locks.ts`,
      'const request = navigator.locks.request(name, options, async (lock) => {',
      'const request = Promise.resolve({}).then(async (lock) => {',
      'packages/client/test/roomful/storage/storage-pages',
    ),
    project: 'chromium',
  },
  mutant(
    'C15 a plain server gets what ours may have had',
    `${client}/roomful/outbox/outbox-core.ts`,
    'user === undefined && sentAt === undefined',
    'true',
    'packages/client/test/roomful/outbox',
  ),
  mutant(
    'C19 what ends connections is sent with the rest for ever',
    `${client}/roomful/outbox/room-queue.ts`,
    'if (isDeath && ++this.#deaths === DEATHS)',
    'if (false)',
    'packages/client/test/roomful/outbox/room-queue',
  ),
  mutant(
    'P8 sent before the join is answered',
    `${client}/rooms/room-core.ts`,
    "if (status === 'joining') this.inbox.joining()",
    "if (status === 'joining') this.inbox.joining(), this.#open({ acknowledged: true, page: { epoch: 'some-epoch', head: 0, first: 1, entries: [] } })",
    'packages/client/test/roomful/faults/before-the-join',
  ),
]
