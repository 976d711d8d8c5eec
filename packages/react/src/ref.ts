'use client'
export interface Ref<T> {
  readonly get: () => T | undefined
  readonly set: (next: T) => void
}

/** A value of the last committed render. A render may read it; only an effect sets it. */
export function createRef<T>(): Ref<T> {
  let value: T | undefined
  return { get: () => value, set: (next) => void (value = next) }
}
