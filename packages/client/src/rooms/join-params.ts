import { jsonCopy, type JsonCopy } from '../events/encoding.ts'

interface Holder {
  readonly params: JsonCopy | undefined
}

/** The params that a room is joined with: the latest ones that a `join` or a holder gave. */
export class JoinParams {
  #current: JsonCopy | undefined
  /** In the order of their holds. */
  readonly #holders = new Set<Holder>()

  get value(): unknown {
    return this.#current?.value
  }

  /** Throws `INVALID_ARGUMENT` for params without a JSON form. `isOther`: the room has to be joined with these. */
  use(given: unknown): { readonly holder: Holder; readonly isOther: boolean; readonly isDisputed: boolean } {
    const params = given === undefined ? undefined : jsonCopy('params', given)
    const differs = (from: JsonCopy | undefined): boolean => params !== undefined && params.text !== from?.text
    const isOther = differs(this.#current)
    const isDisputed =
      process.env.NODE_ENV !== 'production' &&
      [...this.#holders].some((holder) => holder.params && differs(holder.params))
    if (isOther) this.#current = params
    return { holder: { params }, isOther, isDisputed }
  }

  hold(holder: Holder): void {
    this.#holders.add(holder)
  }

  /** False where it was released before. */
  release(holder: Holder): boolean {
    return this.#holders.delete(holder)
  }

  /** Params of a `join` were the first user's; those of holders are the app's present wish. */
  onUserChanged(): void {
    this.#current = undefined
    for (const { params } of this.#holders) this.#current = params ?? this.#current
  }
}
