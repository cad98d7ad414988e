"""Forms as those see them who write and check them: a page of text, a picture, a Mermaid chart."""
