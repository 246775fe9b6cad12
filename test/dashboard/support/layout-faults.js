/**
 * Runs in the page: what does not fit its window, in words, one for each fault. What is wide may scroll, inside a region
 * of its own that the keyboard reaches and a screen reader can name.
 */
(() => {
  const smallestFontPx = 12;
  /** For a finger; WCAG 2.2 would be content with less where there is room around it. */
  const smallestTargetPx = 24;
  const { clientWidth: windowWidth, scrollWidth: pageWidth } = document.scrollingElement;
  const elements = [...document.querySelectorAll('body *')].filter(isSeen);

  // The first few of a kind tell as much as all of them.
  const few = (faulty, what) =>
    elements
      .filter(faulty)
      .slice(0, 5)
      .map((element) => `${what}: ${nameOf(element)}`);

  return [
    ...(pageWidth > windowWidth ? [`The page is ${pageWidth} px wide.`] : []),
    ...few(sticksOut, 'Outside of the window'),
    ...few(runsOver, 'Wider than its box'),
    ...few(isCut, 'Cut off'),
    ...few(isUnnamedRegion, 'Scrolls, without focus or name'),
    ...few(isTooSmall, 'Small print'),
    ...few(isHardToHit, 'Small target'),
  ];

  /** Not what is for screen readers alone, nor the parts of a picture. */
  function isSeen(element) {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('svg, .hidden, .skip')) return false;
    return element.clientWidth > 0 || getComputedStyle(element).display === 'inline';
  }

  function sticksOut(element) {
    const { left, right } = element.getBoundingClientRect();
    return (left < -0.5 || right > windowWidth + 0.5) && !isInRegion(element);
  }

  function runsOver(element) {
    const { display, overflowX } = getComputedStyle(element);
    return display !== 'inline' && overflowX === 'visible' && isWiderInside(element) && !isInRegion(element);
  }

  /** The text of a field scrolls by itself. */
  function isCut(element) {
    return (
      element.localName !== 'input' && /hidden|clip/.test(getComputedStyle(element).overflowX) && isWiderInside(element)
    );
  }

  function isUnnamedRegion(element) {
    return isRegion(element) && (element.tabIndex < 0 || !element.matches('[aria-label], [aria-labelledby]'));
  }

  function isTooSmall(element) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');
    return hasText && Number.parseFloat(getComputedStyle(element).fontSize) < smallestFontPx;
  }

  function isHardToHit(element) {
    if (!element.matches('a, button, input, select, summary')) return false;
    const { width, height } = element.getBoundingClientRect();
    return Math.min(width, height) < smallestTargetPx;
  }

  function isInRegion(element) {
    for (let outer = element.parentElement; outer !== null; outer = outer.parentElement)
      if (isRegion(outer)) return true;
    return false;
  }

  function isRegion(element) {
    return /auto|scroll/.test(getComputedStyle(element).overflowX) && isWiderInside(element);
  }

  function isWiderInside({ scrollWidth, clientWidth }) {
    return scrollWidth > clientWidth + 1;
  }

  function nameOf(element) {
    const { left, right } = element.getBoundingClientRect();
    const text = element.textContent.trim().slice(0, 40);
    return `<${element.localName} class="${element.className}"> from ${Math.round(left)} to ${Math.round(right)}: ${text}`;
  }
})();
