import type { ReadonlyStore } from '../../guarded-store.ts'

/**
 * What `read` makes of a store, told where that is another value. `read` gives the same object while nothing changed; the
 * store is subscribed to only while somebody is to ours.
 */
export function derivedStore<T>(store: ReadonlyStore<unknown>, initial: T, read: () => T): ReadonlyStore<T> {
  return {
    getState: read,
    getInitialState: () => initial,
    subscribe(listener) {
      let told = read()
      return store.subscribe(() => {
        const previous = told
        told = read()
        if (told !== previous) listener(told, previous)
      })
    },
  }
}
