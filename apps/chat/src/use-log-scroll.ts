import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual'
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'

/** A list within this distance of its end counts as at its end, in CSS pixels. */
const NEAR_END = 48
/** More items are loaded when the reader comes this near to the first or last of those that are there. */
const NEAR_EDGE = 8
/** Items beyond the visible ones that are rendered too. */
const OVERSCAN = 10
/** The height of most messages, in CSS pixels, until an item is measured. */
const USUAL_HEIGHT = 41
/** The space for what stands above the first item and below the last one, in CSS pixels. */
const SPACE_ABOVE = 56
const SPACE_BELOW = 8
const SPACE_BELOW_WITH_MORE = 88

interface List {
  readonly count: number
  readonly keyOf: (index: number) => string
  /** The newest item that has its place, and the reader's own newest one. A new own item scrolls the list to its end. */
  readonly last: string | undefined
  readonly own: string | undefined
  /** Whether more items exist before or after these. */
  readonly hasOlder: boolean
  readonly hasNewer: boolean
  readonly loadOlder: () => void
  readonly loadNewer: () => void
  /** Replaces the items by the last ones. */
  readonly loadEnd: () => void
}

/**
 * Renders only the visible items of a list, and keeps it at its end while it grows. Once the reader has scrolled up, the visible
 * items stay where they are, also when items are added or removed before them; `hasNew` then says whether there are new ones.
 */
export function useLogScroll({ count, keyOf, last, own, ...list }: List) {
  const { hasOlder, hasNewer, loadOlder, loadNewer, loadEnd } = list
  const scroller = useRef<HTMLDivElement>(null)
  /** Set while the reader has scrolled up, with the newest items at that moment. */
  const [away, setAway] = useState<Pick<List, 'last' | 'own'>>()
  if (away && own !== undefined && own !== away.own) setAway(undefined)

  // oxlint-disable-next-line react/incompatible-library -- this app is not compiled by React Compiler
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count,
    getItemKey: keyOf,
    getScrollElement: () => scroller.current,
    estimateSize: () => USUAL_HEIGHT,
    overscan: OVERSCAN,
    paddingStart: SPACE_ABOVE,
    paddingEnd: hasNewer ? SPACE_BELOW_WITH_MORE : SPACE_BELOW,
    anchorTo: 'end',
    followOnAppend: !hasNewer,
    scrollEndThreshold: NEAR_END,
    directDomUpdates: true,
  })
  const items: readonly VirtualItem[] = virtualizer.getVirtualItems()

  function showEnd() {
    if (hasNewer) loadEnd()
    virtualizer.scrollToEnd()
  }
  function toEnd() {
    setAway(undefined)
    showEnd()
    // The button that was pressed disappears.
    scroller.current?.focus()
  }
  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR_END
    if (isAtEnd && !hasNewer) setAway(undefined)
    else if (!away) setAway({ last, own })
  }

  // The list begins at its end.
  const hasItems = count > 0
  useLayoutEffect(() => {
    if (hasItems) virtualizer.scrollToEnd()
  }, [hasItems, virtualizer])

  const follow = useEffectEvent(showEnd)
  useEffect(() => {
    if (own !== undefined) follow()
  }, [own])

  const isAway = away !== undefined || hasNewer
  const [first = 0, lastIndex = 0] = [items[0]?.index, items.at(-1)?.index]
  const isNearStart = isAway && hasOlder && first < NEAR_EDGE
  const isNearEnd = hasNewer && lastIndex >= count - NEAR_EDGE
  const load = useEffectEvent(() => {
    if (isNearStart) loadOlder()
    else if (isNearEnd) loadNewer()
  })
  useEffect(() => load(), [isNearStart, isNearEnd, count])

  const hasNew = away !== undefined && !hasNewer && away.last !== last
  return {
    scroller,
    content: virtualizer.containerRef,
    measure: virtualizer.measureElement,
    items,
    onScroll,
    toEnd,
    isAway,
    hasNew,
  }
}
