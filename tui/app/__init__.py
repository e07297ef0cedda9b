"""The Textual app. The only room that imports Textual."""
