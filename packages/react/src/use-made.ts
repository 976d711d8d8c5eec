'use client'
import { useState } from 'react'

/** What `create` makes, made anew where an input differs; kept over a hot reload, at which React forgets every `useMemo`. */
export function useMade<T>(create: () => T, inputs: readonly unknown[]): T {
  const [made, setMade] = useState(() => ({ it: create(), inputs }))
  if (inputs.every((input, index) => Object.is(input, made.inputs[index]))) return made.it
  const next = { it: create(), inputs }
  setMade(next)
  return next.it
}
