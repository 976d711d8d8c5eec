import type { OutboxStorage } from '@roomful/testing/outbox-storage'

/** What the adapter uses of React Native's AsyncStorage. */
export interface AsyncStorage {
  getAllKeys(): Promise<readonly string[]>
  multiGet(keys: readonly string[]): Promise<readonly (readonly [key: string, value: string | null])[]>
  multiSet(pairs: readonly (readonly [key: string, value: string])[]): Promise<void>
  multiRemove(keys: readonly string[]): Promise<void>
}

/** An AsyncStorage in memory; like the real one, `multiSet` stores all pairs or none. */
export function createAsyncStorage(): AsyncStorage & { isFull: boolean } {
  const items = new Map<string, string>()
  return {
    isFull: false,
    getAllKeys: async () => [...items.keys()],
    multiGet: async (keys) => keys.map((key) => [key, items.get(key) ?? null] as const),
    async multiSet(pairs) {
      await Promise.resolve()
      if (this.isFull) throw new Error('the disk is full')
      for (const [key, value] of pairs) items.set(key, value)
    },
    async multiRemove(keys) {
      await Promise.resolve()
      for (const key of keys) items.delete(key)
    },
  }
}

/** An empty item stands for a removed record, so that a write is one `multiSet`; `multiRemove` only cleans up. */
export function asyncOutboxStorage(storage: AsyncStorage, address: string): OutboxStorage {
  const prefix = `roomful:outbox:${address}:`
  let lastCall: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(call: () => Promise<T>): Promise<T> => {
    const turn = lastCall.then(call)
    lastCall = turn.catch(() => {})
    return turn
  }

  return {
    name: 'asyncStorage',
    read: (start) =>
      inTurn(async () => {
        const keys = (await storage.getAllKeys()).filter((key) => key.startsWith(prefix + start))
        const items = await storage.multiGet(keys.filter((key) => !key.slice(prefix.length).includes(':')))
        return items.flatMap(([key, text]) => (text ? [[key.slice(prefix.length), text] as const] : []))
      }),
    write: (changes) =>
      inTurn(async () => {
        await storage.multiSet(changes.map(([key, text]) => [prefix + key, text ?? ''] as const))
        const removed = changes.flatMap(([key, text]) => (text === null ? [prefix + key] : []))
        await storage.multiRemove(removed).catch(() => {})
      }),
    close: async () => void (await lastCall),
  }
}
