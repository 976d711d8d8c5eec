import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'

/** A list within this distance of its end counts as at its end, in CSS pixels. */
const NEAR_END = 48

/** The first item, the last one, and the reader's own last one. A new own item scrolls the list to its end. */
interface List {
  readonly first: string | undefined
  readonly last: string | undefined
  readonly own: string | undefined
  /** Whether later items exist that the list does not have; `loadEnd` replaces the list by the last items. */
  readonly hasMore: boolean
  readonly loadEnd: () => void
}

/**
 * Keeps a list at its end while it grows, unless the reader has scrolled up; then `hasNew` says whether there are new items.
 * Items that are added or removed elsewhere do not move the visible ones. Items are elements with `data-key`.
 */
export function useStickToBottom({ first, last, own, hasMore, loadEnd }: List) {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  /** The first visible item, and its distance from the top of the list. */
  const visible = useRef<{ readonly key: string | undefined; readonly top: number }>(undefined)
  /** Set while the reader has scrolled up, with the last items at that moment. */
  const [away, setAway] = useState<Pick<List, 'last' | 'own'>>()
  if (away && own !== undefined && own !== away.own) setAway(undefined)

  function showEnd() {
    const element = scroller.current
    if (hasMore) loadEnd()
    else if (element) element.scrollTop = element.scrollHeight
  }
  function toBottom() {
    setAway(undefined)
    showEnd()
  }
  const stick = useEffectEvent(showEnd)

  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    const item = itemsIn(element).find((each) => topOf(each, element) + each.clientHeight > 0)
    visible.current = item && { key: item.dataset['key'], top: topOf(item, element) }
    const isAtEnd = !hasMore && element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR_END
    if (isAtEnd) setAway(undefined)
    else if (!away) setAway({ last, own })
  }

  const isAway = away !== undefined || hasMore
  useEffect(() => {
    const [outer, inner] = [scroller.current, content.current]
    if (isAway || !outer || !inner) return
    const observer = new ResizeObserver(() => stick())
    observer.observe(outer)
    observer.observe(inner)
    return () => observer.disconnect()
  }, [isAway])

  const range = useRef({ first, last })
  useLayoutEffect(() => {
    const isSame = range.current.first === first && range.current.last === last
    range.current = { first, last }
    const element = scroller.current
    const before = visible.current
    if (isSame || !isAway || !element || !before) return
    const item = itemsIn(element).find(({ dataset }) => dataset['key'] === before.key)
    if (item) element.scrollTop += topOf(item, element) - before.top
  }, [first, last, isAway])

  useEffect(() => {
    if (own !== undefined) stick()
  }, [own])

  const hasNew = away !== undefined && !hasMore && away.last !== last
  return { scroller, content, onScroll, toBottom, isAway, hasNew }
}

function itemsIn(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[data-key]')]
}

function topOf(item: HTMLElement, list: HTMLElement): number {
  return item.getBoundingClientRect().top - list.getBoundingClientRect().top
}
