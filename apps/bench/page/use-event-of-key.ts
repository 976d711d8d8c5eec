import type { Client, Room } from '@roomful/client'
import { useEventReducer, useKeyedEvents } from '@roomful/react'
import type { StormEvent } from '../src/storm-types.ts'

const keyOf = ({ key }: StormEvent): number => key
const newest = (_: StormEvent | undefined, event: StormEvent): StormEvent => event

/** The newest event of one key. */
export function useEventOfKey(source: Client | Room, key: number): StormEvent | undefined {
  const events = useKeyedEvents(source as Room, 'tick', keyOf)
  return useEventReducer(events, key, newest, undefined)
}
