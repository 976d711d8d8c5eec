import { refuse } from '../refuse.ts'

/** A batch that is not written yet. */
interface RunningBatch {
  readonly userId: string
  /** The sender's memberships, which end with its connection. */
  readonly connection: object
  isRefused: boolean
}

/** The batches of a room that are not written yet. */
export class RunningBatches {
  readonly #batches = new Set<RunningBatch>()

  /** Runs a batch to its commit. `assertMember` throws `NOT_MEMBER` once its sender was put out of the room. */
  async run<T>(userId: string, connection: object, task: (assertMember: () => void) => Promise<T>): Promise<T> {
    const batch = { userId, connection, isRefused: false }
    this.#batches.add(batch)
    try {
      return await task(() => {
        if (batch.isRefused) throw refuse('NOT_MEMBER', 'you were put out of the room')
      })
    } finally {
      this.#batches.delete(batch)
    }
  }

  /** The running batches of a user (by its id), or of a connection, are not written any more. */
  refuse(sender: string | object): void {
    for (const batch of this.#batches)
      if (batch.userId === sender || batch.connection === sender) batch.isRefused = true
  }
}
