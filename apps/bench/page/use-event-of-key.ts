import type { Client, Room } from '@roomful/client'
import * as react from '@roomful/react'
import type { StormEvent } from '../src/storm-types.ts'

type UseKeyedEvents = (source: Client | Room, event: string, keyOf: (event: StormEvent) => number) => Client
const { useKeyedEvents } = react as unknown as { useKeyedEvents?: UseKeyedEvents }

const keyOf = ({ key }: StormEvent): number => key
const newest = (_: StormEvent | undefined, event: StormEvent): StormEvent => event

/** The newest event of one key. The only place that knows how components listen by key. */
export const useEventOfKey: (source: Client | Room, key: number) => StormEvent | undefined =
  useKeyedEvents === undefined
    ? // Before listeners by key: each component gets each event.
      (source, key) => {
        const ofKey = (before: StormEvent | undefined, event: StormEvent) => (event.key === key ? event : before)
        return react.useEventReducer(source as Client, 'tick', ofKey, undefined)
      }
    : (source, key) =>
        react.useEventReducer(useKeyedEvents(source, 'tick', keyOf), key as unknown as string, newest, undefined)
