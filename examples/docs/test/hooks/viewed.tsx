import { useEffect } from 'react'
import { useSocket } from './roomful.ts'

export function Viewed({ page }: { page: string }) {
  const { emit } = useSocket()
  useEffect(() => {
    emit('viewed', { page })
    return () => {
      emit('closed', { page })
    }
  }, [emit, page])
  return <h1>{page}</h1>
}
