import type { OutgoingEntry } from '../../../src/roomful/outbox/outgoing.ts'

type State = OutgoingEntry['state']

/** What the model shows: `name` is its own for the key, another one for each entry. */
export interface NaiveEntry {
  readonly name: number
  id: string | undefined
  isOwn: boolean
  place: number | undefined
  state: State | 'gap'
  text: string
}

const isOnItsWay = ({ state }: NaiveEntry) => state === 'queued' || state === 'sending'
const hasFailed = ({ state }: NaiveEntry) => state === 'rejected' || state === 'unknown'

/** The rules TL as plainly as they can be said: two arrays, searched and sorted. */
export class NaiveTimeline {
  placed: NaiveEntry[] = []
  pending: NaiveEntry[] = []
  readonly #max: number
  #names = 0

  constructor(max: number) {
    this.#max = max
  }

  get entries(): NaiveEntry[] {
    return [...this.placed, ...this.pending]
  }

  heard(seq: number, id: string, isOwn: boolean): void {
    const own = isOwn ? this.pending.find((entry) => entry.id === id) : undefined
    const twin = this.placed.find((entry) => entry.place === seq)
    if (twin) twin.text = `log ${id}`
    else if (own) this.#place(own, seq, isOnItsWay(own) ? own.state : 'confirmed', `log ${id}`)
    else this.#place(this.#named(id, isOwn), seq, 'confirmed', `log ${id}`)
  }

  outgoing(id: string, state: State, seq: number | undefined, waiting: readonly string[]): void {
    const inLog = this.placed.find((entry) => entry.id === id && entry.isOwn)
    if (inLog) {
      if (isOnItsWay(inLog)) inLog.state = state === 'queued' || state === 'sending' ? state : 'confirmed'
      return
    }
    let own = this.pending.find((entry) => entry.id === id)
    if (!own) {
      own = this.#named(id, true)
      const isLater = (entry: NaiveEntry) => waiting.indexOf(entry.id ?? '') > waiting.indexOf(id)
      const index = waiting.includes(id) ? this.pending.findIndex(isLater) : -1
      this.pending.splice(index < 0 ? this.pending.length : index, 0, own)
    }
    if (state === 'confirmed') this.#place(own, seq, state, own.text)
    else own.state = state
    this.#bound()
  }

  retried(entry: NaiveEntry, id: string): void {
    this.pending = [...this.pending.filter((other) => other !== entry), { ...entry, id, state: 'queued' }]
  }

  discarded(entry: NaiveEntry): void {
    this.pending = this.pending.filter((other) => other !== entry)
  }

  gap(from: number): void {
    this.#place(this.#named(undefined, false), from - 0.5, 'gap', '')
  }

  begunAnew(withMark: boolean): void {
    const unsettled = this.placed.filter(isOnItsWay)
    for (const own of unsettled) own.place = undefined
    this.pending.unshift(...unsettled)
    this.placed = []
    if (withMark) this.#place(this.#named(undefined, false), 0, 'gap', '')
  }

  #named(id: string | undefined, isOwn: boolean): NaiveEntry {
    return { name: this.#names++, id, isOwn, place: undefined, state: 'queued', text: `own ${id}` }
  }

  #place(entry: NaiveEntry, place: number | undefined, state: NaiveEntry['state'], text: string): void {
    this.pending = this.pending.filter((other) => other !== entry)
    this.placed.push(Object.assign(entry, { place, state, text }))
    this.placed.sort((one, other) => (one.place ?? 0) - (other.place ?? 0))
    this.#bound()
  }

  #bound(): void {
    this.placed.splice(0, this.placed.length - this.#max)
    const failed = this.pending.filter(hasFailed)
    if (failed.length > this.#max) this.pending = this.pending.filter((own) => own !== failed[0])
  }
}
