import { type RefObject, useEffect } from 'react'

/** Puts the cursor where a page is about to be used; not on touch screens, where that raises the keyboard. */
export function useFocusOnMount(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) element.current?.focus()
  }, [element])
}
