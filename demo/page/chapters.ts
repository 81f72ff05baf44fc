/** Marks the chapter that is read in the navigation. */
import { find } from './dom.js';

/** The line that the chapter that is read crosses: a fifth of the window from its top. */
const LINE = '-20% 0px -79% 0px';

/** Follows the reader; called once. */
export function followChapters(): void {
  const nav = find('#chapters');
  const links = new Map(
    [...nav.querySelectorAll('a')].map((link) => [
      find(link.hash).closest('section, .bench') ?? nav,
      link,
    ]),
  );
  const observer = new IntersectionObserver(
    (entries) => {
      const read = entries.find(({ isIntersecting }) => isIntersecting);
      const current = read && links.get(read.target);
      if (!current) return;
      for (const link of links.values()) link.removeAttribute('aria-current');
      current.setAttribute('aria-current', 'true');
      // Where the links do not fit, the current one is brought in; the page itself stays where it is.
      nav.scrollLeft = current.offsetLeft - nav.clientWidth / 2;
    },
    { rootMargin: LINE },
  );
  for (const section of links.keys()) observer.observe(section);
}
