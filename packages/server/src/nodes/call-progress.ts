import type { CallResult } from './node-messages.ts'

interface Asked {
  /** undefined until the node has finished. */
  result: Exclude<CallResult, 'running'> | undefined
  /** The rounds since its last answer. */
  silentRounds: number
}

/** How far a call to the other nodes has come. A round ends when the call is sent again. */
export class CallProgress {
  readonly #maxSilentRounds: number
  readonly #nodes = new Map<string, Asked>()
  /** undefined until the living nodes are known. */
  #alive: ReadonlySet<string> | undefined
  #rounds = 0

  constructor(maxSilentRounds: number) {
    this.#maxSilentRounds = maxSilentRounds
  }

  setAlive(ids: readonly string[]): void {
    this.#alive = new Set(ids)
    for (const id of ids) if (!this.#nodes.has(id)) this.#nodes.set(id, { result: undefined, silentRounds: 0 })
  }

  answer(node: string, result: CallResult): void {
    const known = this.#nodes.get(node)?.result
    this.#nodes.set(node, { result: result === 'running' ? known : result, silentRounds: 0 })
  }

  endRound(): void {
    this.#rounds += 1
    for (const asked of this.#nodes.values()) asked.silentRounds += 1
  }

  /** Whether the node has done the call. */
  isDone(node: string): boolean {
    return this.#nodes.get(node)?.result === 'done'
  }

  /** No more answers are expected. A dead node does not count. */
  get isOver(): boolean {
    if (this.#alive === undefined) return this.#rounds >= this.#maxSilentRounds
    return [...this.#nodes].every(
      ([id, asked]) => asked.result !== undefined || this.#isSilent(asked) || !this.#alive?.has(id),
    )
  }

  /** What went wrong, in words; undefined where all living nodes have done the call. */
  get failure(): string | undefined {
    const { done, failed, unknown, silent, alive } = this.#count()
    const of = `of ${alive} other nodes`
    const reasons = [
      ...(this.#alive === undefined ? ['the other nodes could not be listed'] : []),
      ...(silent > 0 ? [`${silent} ${of} did not answer`] : []),
      ...(failed > 0 ? [`${failed} ${of} failed`] : []),
      ...(unknown > 0 ? [`${unknown} ${of} ${unknown === 1 ? 'has' : 'have'} a version without this call`] : []),
    ]
    if (reasons.length === 0) return undefined
    return `${reasons.join(', ')}; the call had effect on this node and on ${done} of the other nodes`
  }

  #count(): Record<'done' | 'failed' | 'unknown' | 'silent' | 'alive', number> {
    const counts = { done: 0, failed: 0, unknown: 0, silent: 0, alive: 0 }
    for (const [id, { result }] of this.#nodes) {
      const isAlive = this.#alive?.has(id) ?? false
      if (isAlive) counts.alive += 1
      if (result === 'done') counts.done += 1
      else if (isAlive) counts[result ?? 'silent'] += 1
    }
    return counts
  }

  #isSilent({ silentRounds }: Asked): boolean {
    return silentRounds >= this.#maxSilentRounds
  }
}
