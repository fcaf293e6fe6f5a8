import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The width of an element as it is laid out, so that charts keep the size of their words. */
export function useWidth<E extends HTMLElement>(): [preact.RefObject<E | null>, number] {
  const ref = useRef<E>(null);
  const [width, set] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver((entries) => {
      const now = Math.floor(entries[0]?.contentRect.width ?? 0);
      set((before) => (Math.abs(before - now) > 1 ? now : before));
    });
    set(Math.floor(element.getBoundingClientRect().width));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
