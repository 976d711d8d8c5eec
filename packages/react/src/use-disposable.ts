'use client'
import { useInsertionEffect, useState } from 'react'
import { createRef } from './ref.ts'

interface Created<T> {
  readonly value: T
  readonly inputs: readonly unknown[]
}

/** A value that is created again when an input changes. Unlike `useMemo`, it is kept over a hot reload. */
export function useDisposable<T>(create: () => T, inputs: readonly unknown[]): T {
  'use no memo' // the React Compiler would keep the first `committed.get()`
  const [committed] = useState(createRef<Created<T>>)
  const previous = committed.get()
  const isSame = previous?.inputs.every((input, index) => Object.is(input, inputs[index]))
  const current = previous && isSame ? previous : { value: create(), inputs }
  useInsertionEffect(() => committed.set(current))
  return current.value
}
