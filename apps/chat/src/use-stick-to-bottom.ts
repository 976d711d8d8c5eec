import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** A list within this distance of its end counts as at its end, in CSS pixels. */
const NEAR_END = 48

/** Keys of items: the first one, the last one, and the reader's own last one. A new own item scrolls the list to its end. */
interface Keys {
  readonly first: string | undefined
  readonly last: string | undefined
  readonly own: string | undefined
}

/**
 * Keeps a list at its end while it grows, unless the reader has scrolled up; then `hasNew` says whether there are new items.
 * Items that are added before the first one do not move the visible items.
 */
export function useStickToBottom({ first, last, own }: Keys) {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const fromEnd = useRef(0)
  /** Set while the reader has scrolled up, with the last item at that moment. */
  const [away, setAway] = useState<{ readonly last: string | undefined }>()

  const toBottom = useCallback(() => {
    const element = scroller.current
    if (element) element.scrollTop = element.scrollHeight
  }, [])

  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    fromEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight
    if (fromEnd.current <= NEAR_END) setAway(undefined)
    else if (!away) setAway({ last })
  }

  const isAway = away !== undefined
  useEffect(() => {
    const [outer, inner] = [scroller.current, content.current]
    if (isAway || !outer || !inner) return
    const observer = new ResizeObserver(toBottom)
    observer.observe(outer)
    observer.observe(inner)
    return () => observer.disconnect()
  }, [isAway, toBottom])

  const before = useRef({ first, last })
  useLayoutEffect(() => {
    const isPrepended = before.current.first !== first && before.current.last === last
    before.current = { first, last }
    const element = scroller.current
    if (isAway && isPrepended && element)
      element.scrollTop = element.scrollHeight - element.clientHeight - fromEnd.current
  }, [first, last, isAway])

  useEffect(() => {
    if (own !== undefined) toBottom()
  }, [own, toBottom])

  return { scroller, content, onScroll, toBottom, isAway, hasNew: isAway && away.last !== last }
}
