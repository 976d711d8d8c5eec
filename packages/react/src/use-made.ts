'use client'
import { useInsertionEffect, useState } from 'react'
import { createCell } from './cell.ts'

interface Made<T> {
  readonly it: T
  readonly inputs: readonly unknown[]
}

/** What `create` makes, made anew where an input differs; kept over a hot reload, at which React forgets every `useMemo`. */
export function useMade<T>(create: () => T, inputs: readonly unknown[]): T {
  'use no memo' // the React Compiler would keep the first `shown.get()`
  const [shown] = useState(createCell<Made<T>>)
  const before = shown.get()
  const isSame = before?.inputs.every((input, index) => Object.is(input, inputs[index]))
  const made = before && isSame ? before : { it: create(), inputs }
  useInsertionEffect(() => shown.set(made))
  return made.it
}
