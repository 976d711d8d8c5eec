import { isObject } from '@roomful/contract/protocol'
import { type ReplayStep, type Request, requestsIn } from './replay-steps.ts'
import type { TraceError } from './trace.ts'

/** `connection` and `request` are numbers that the caller gives. */
export type ReplayInput =
  | { readonly type: 'attempt'; readonly connection: number }
  | { readonly type: 'connected'; readonly connection: number }
  | { readonly type: 'ended'; readonly connection: number }
  /** The client has received what was sent to it. */
  | { readonly type: 'received'; readonly connection: number }
  | { readonly type: 'request'; readonly request: number; readonly event: string; readonly args: readonly unknown[] }

export type ReplayOutput =
  | { readonly type: 'done' }
  | { readonly type: 'accept'; readonly connection: number }
  | { readonly type: 'refuse'; readonly connection: number; readonly error: TraceError }
  | ({ readonly type: 'emit'; readonly connection: number } & Pick<StepOf<'emit'>, 'event' | 'args' | 'asks'>)
  | { readonly type: 'answer'; readonly request: number; readonly args: readonly unknown[] }
  /** Asks for `received`. */
  | { readonly type: 'sync'; readonly connection: number }
  | { readonly type: 'end'; readonly connection: number; readonly kicked: boolean }

type StepOf<Type> = Extract<ReplayStep, { readonly type: Type }>

/** A request of the client that has no answer yet; a packet with several has several parts. */
interface Pending {
  readonly request: number
  readonly part: number
  readonly of: Request
}

/** Plays the steps of a trace to one client: each step after the one before, and requests before their answers. */
export class ReplayCore {
  readonly #steps: readonly ReplayStep[]
  #next = 0
  #attempt: number | undefined
  #connection: number | undefined
  #isConnected = false
  /** The time in the trace of the packets that the client may not have received yet. */
  #sentAt: number | undefined
  #isSyncing = false
  readonly #pending: Pending[] = []
  /** The client's requests, by the calls of the trace. */
  readonly #claimed = new Map<string, Pending>()
  /** The answers to the parts of a request, until all are there. */
  readonly #answers = new Map<number, unknown[]>()
  readonly #parts = new Map<number, number>()
  readonly #offers: { readonly to: Request; readonly args: readonly unknown[] }[] = []
  /** The ids of the client's messages, by those in the trace. */
  readonly #ids = new Map<string, string>()
  #isDone = false

  constructor(steps: readonly ReplayStep[]) {
    this.#steps = steps
  }

  /** What the replay waits for; undefined when it is over. */
  get waitsFor(): string | undefined {
    const step = this.#steps[this.#next]
    if (!step) return undefined
    const place = `entries[${step.entry}] of the trace`
    if (step.type === 'expect') {
      const { event, room } = step.request
      return `the client to send "${event}"${room === undefined ? '' : ` for room ${room}`} (${place})`
    }
    return `the client to connect${this.#connection === undefined ? '' : ' again'} (${place})`
  }

  step(input: ReplayInput): ReplayOutput[] {
    if (input.type === 'attempt') this.#attempt = input.connection
    else if (input.type === 'connected') this.#isConnected = input.connection === this.#connection
    else if (input.type === 'ended') this.#ended(input.connection)
    else if (input.type === 'received') this.#received(input.connection)
    else {
      const requests = requestsIn(input.event, input.args)
      this.#parts.set(input.request, requests.length)
      requests.forEach((of, part) => this.#pending.push({ request: input.request, part, of }))
    }
    return [...this.#serveOffers(), ...this.#play()]
  }

  #received(connection: number): void {
    if (connection !== this.#connection) return
    this.#isSyncing = false
    this.#sentAt = undefined
  }

  #ended(connection: number): void {
    if (connection === this.#attempt) this.#attempt = undefined
    if (connection !== this.#connection) return
    this.#endConnection()
    // The client has ended it, and gets no more of it.
    while (this.#next < this.#steps.length && !this.#isConnecting()) this.#next += 1
  }

  #endConnection(): void {
    this.#connection = undefined
    this.#isConnected = false
    this.#isSyncing = false
    this.#sentAt = undefined
    this.#pending.length = 0
    this.#offers.length = 0
    for (const map of [this.#claimed, this.#answers, this.#parts]) map.clear()
  }

  #isConnecting(): boolean {
    const type = this.#steps[this.#next]?.type
    return type === 'accept' || type === 'refuse'
  }

  #play(): ReplayOutput[] {
    const outputs: ReplayOutput[] = []
    for (let step = this.#steps[this.#next]; step; step = this.#steps[this.#next]) {
      if (this.#mustSync(step, outputs)) return outputs
      const done = this.#perform(step)
      if (!done) return outputs
      outputs.push(...done)
      this.#next += 1
    }
    const isOver = this.#connection === undefined || (this.#isConnected && !this.#mustSync(undefined, outputs))
    if (isOver && !this.#isDone) {
      this.#isDone = true
      outputs.push({ type: 'done' })
    }
    return outputs
  }

  /** Packets of another time wait until the client has received the ones before: it may handle them in another task. */
  #mustSync(step: ReplayStep | undefined, outputs: ReplayOutput[]): boolean {
    if (this.#isSyncing) return true
    const connection = this.#connection
    if (connection === undefined || this.#sentAt === undefined || this.#sentAt === step?.at) return false
    this.#isSyncing = true
    outputs.push({ type: 'sync', connection })
    return true
  }

  /** Undefined where the step has to wait. */
  #perform(step: ReplayStep): ReplayOutput[] | undefined {
    if (step.type === 'accept' || step.type === 'refuse') {
      if (this.#attempt === undefined || this.#connection !== undefined) return undefined
      const connection = this.#attempt
      this.#attempt = undefined
      if (step.type === 'refuse') return [{ type: 'refuse', connection, error: step.error }]
      this.#connection = connection
      return [{ type: 'accept', connection }]
    }
    const connection = this.#connection
    if (connection === undefined || !this.#isConnected) return undefined
    switch (step.type) {
      case 'emit':
        this.#sentAt = step.at
        return [{ type: 'emit', connection, event: step.event, args: this.#withIds(step.args), asks: step.asks }]
      case 'expect':
        return this.#claim(step.call, step.request) ? [] : undefined
      case 'offer':
        this.#offers.push({ to: step.request, args: step.args })
        return this.#serveOffers()
      case 'answer':
        this.#sentAt = step.at
        return this.#answer(step.call, this.#withIds(step.args))
      case 'end':
        this.#endConnection()
        return [{ type: 'end', connection, kicked: step.kicked }]
    }
  }

  #serveOffers(): ReplayOutput[] {
    const outputs: ReplayOutput[] = []
    for (const offer of Array.from(this.#offers)) {
      const found = this.#take(offer.to)
      if (!found) continue
      this.#offers.splice(this.#offers.indexOf(offer), 1)
      outputs.push({ type: 'answer', request: found.request, args: offer.args })
    }
    return outputs
  }

  #take(wanted: Request): Pending | undefined {
    const index = this.#pending.findIndex(({ of }) => of.event === wanted.event && of.room === wanted.room)
    return index < 0 ? undefined : this.#pending.splice(index, 1)[0]
  }

  #claim(call: string, expected: Request): boolean {
    const found = this.#take(expected)
    if (!found) return false
    this.#claimed.set(call, found)
    expected.ids.forEach((id, position) => {
      const own = found.of.ids[position]
      if (own !== undefined) this.#ids.set(id, own)
    })
    return true
  }

  #answer(call: string, args: readonly unknown[]): ReplayOutput[] {
    const found = this.#claimed.get(call)
    if (!found) return []
    const { request, part } = found
    const parts = this.#parts.get(request) ?? 1
    if (parts === 1) return [{ type: 'answer', request, args }]
    const answers = this.#answers.get(request) ?? []
    answers[part] = args[0]
    this.#answers.set(request, answers)
    if (Object.keys(answers).length < parts) return []
    return [{ type: 'answer', request, args: [{ ok: true, answers }] }]
  }

  /** The client's own messages have other ids now than in the trace. */
  #withIds<T>(value: T): T {
    if (typeof value === 'string') return (this.#ids.get(value) ?? value) as T
    if (this.#ids.size === 0 || value instanceof Uint8Array) return value
    if (Array.isArray(value)) return value.map((part: unknown) => this.#withIds(part)) as T
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, this.#withIds(part)])) as T
  }
}
