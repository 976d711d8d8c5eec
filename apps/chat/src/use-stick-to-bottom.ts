import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** So near to the end counts as at the end, in CSS pixels. */
const NEAR = 48

/** By key: the first item, the last that others may have added, and the last of the reader’s own, which is scrolled to. */
interface Keys {
  readonly first: string | undefined
  readonly last: string | undefined
  readonly own: string | undefined
}

/**
 * Keeps a scrolled list at its end while it grows, unless the reader has scrolled up; then it says whether something
 * new came. What is added before the first item leaves the reader where they are.
 */
export function useStickToBottom({ first, last, own }: Keys) {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const fromEnd = useRef(0)
  /** Where the reader has scrolled up: the last item of that moment. */
  const [away, setAway] = useState<{ readonly last: string | undefined }>()

  const toBottom = useCallback(() => {
    const element = scroller.current
    if (element) element.scrollTop = element.scrollHeight
  }, [])

  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    fromEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight
    if (fromEnd.current <= NEAR) setAway(undefined)
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
