'use client'
/** Something of a component that is committed with it; a render may read it, and only an effect sets it. */
export function createCell<T>(): { readonly get: () => T | undefined; readonly set: (next: T) => void } {
  let content: T | undefined
  return { get: () => content, set: (next) => void (content = next) }
}
