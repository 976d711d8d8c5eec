export function Brand() {
  return (
    <p className="brand">
      <BrandMark />
      Roomful
    </p>
  )
}

export function BrandMark() {
  return (
    <svg className="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M4 9a6 6 0 0 1 6-6h12a6 6 0 0 1 6 6v9a6 6 0 0 1-6 6h-7l-6.4 5.1A1 1 0 0 1 7 28.3v-4.7A6 6 0 0 1 4 18z" />
      <circle cx="10.5" cy="13.5" r="2" />
      <circle cx="16" cy="13.5" r="2" />
      <circle cx="21.5" cy="13.5" r="2" />
    </svg>
  )
}
